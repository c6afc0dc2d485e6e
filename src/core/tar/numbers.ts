import { SampanError } from '../errors/index.ts';

/**
 * A number field of a header: octal digits between spaces and NULs (POSIX.1-2017 pax, ustar), or base 256
 * where the first bit is set (GNU tar, for values that do not fit).
 *
 * @throws SampanError `invalid` for anything else, and beyond 2^53.
 */
export function readNumber(block: Uint8Array, start: number, length: number): number {
  return (block[start]! & 0x80) !== 0 ? readBase256(block, start, length) : readOctal(block, start, length);
}

function readOctal(block: Uint8Array, start: number, length: number): number {
  const end = start + length;
  let at = start;
  while (at < end && (block[at] === 0x20 || block[at] === 0)) at += 1;
  let value = 0;
  for (; at < end; at += 1) {
    const digit = block[at]! - 0x30;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  if (at < end && block[at] !== 0x20 && block[at] !== 0) throw notANumber(block, start, length);
  return checked(value);
}

function readBase256(block: Uint8Array, start: number, length: number): number {
  const negative = (block[start]! & 0x40) !== 0;
  let value = negative ? -1 : 0;
  for (let at = start; at < start + length; at += 1) {
    const byte = at === start ? (negative ? block[at]! | 0x80 : block[at]! & 0x7f) : block[at]!;
    value = value * 256 + byte;
  }
  return checked(value);
}

function checked(value: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw new SampanError('invalid', 'tar header: a number beyond 2^53');
}

function notANumber(block: Uint8Array, start: number, length: number): SampanError {
  const text = Buffer.from(block.subarray(start, start + length)).toString('latin1');
  return new SampanError('invalid', `tar header: ${JSON.stringify(text)} is not an octal number`);
}

/** Writes octal digits and a NUL; false when the value does not fit, or is negative or broken. */
export function writeOctal(block: Uint8Array, value: number, at: { start: number; length: number }): boolean {
  const digits = at.length - 1;
  if (!Number.isInteger(value) || value < 0 || value >= 8 ** digits) return false;
  let rest = value;
  for (let i = at.start + digits - 1; i >= at.start; i -= 1) {
    block[i] = 0x30 + (rest % 8);
    rest = Math.floor(rest / 8);
  }
  block[at.start + digits] = 0;
  return true;
}
