import { broken } from '../bytes/index.ts';
import type { HeaderPatch } from './operations.ts';

/** A tar header has so many bytes. */
export const TAR_HEADER_BYTES = 512;

/** Where the fields of a header begin (POSIX.1-2017 pax, "ustar Interchange Format"), and its end. */
const STARTS = [0, 100, 108, 116, 124, 136, 148, 156, 157, 257, 265, 297, 329, 337, 345, 500, 512];
const FIELDS = STARTS.length - 1;
const SUM_FIELD = 6;

function fieldOf(header: Uint8Array, field: number): Uint8Array {
  return header.subarray(STARTS[field]!, STARTS[field + 1]!);
}

/** How `header` differs from the template, and from the header before it. */
export function diffHeader(
  header: Buffer,
  from: { readonly template: Buffer; readonly at: number | undefined; readonly last: Buffer },
): HeaderPatch {
  let fromLast = 0;
  const given = new Map<number, Uint8Array>();
  const isSummed = Buffer.from(checksum(header)).equals(fieldOf(header, SUM_FIELD));
  for (let field = 0; field < FIELDS; field += 1) {
    if (field === SUM_FIELD && isSummed) continue;
    const bytes = fieldOf(header, field);
    if (Buffer.compare(bytes, fieldOf(from.template, field)) === 0) continue;
    if (Buffer.compare(bytes, fieldOf(from.last, field)) === 0) fromLast += 2 ** field;
    else given.set(field, trimmed(bytes));
  }
  return { template: from.at, fromLast, given, isSummed };
}

/** Without the zeros at its end: they are put back when it is read. */
function trimmed(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return bytes.subarray(0, end);
}

/** The header that a patch describes. @throws SampanError `invalid`. */
export function patchHeader(patch: HeaderPatch, template: Buffer, last: Buffer): Buffer {
  const header = Buffer.from(template);
  for (let field = 0; field < FIELDS; field += 1) {
    const bytes = fieldOf(header, field);
    if (Math.floor(patch.fromLast / 2 ** field) % 2 === 1) bytes.set(fieldOf(last, field));
    const given = patch.given.get(field);
    if (given === undefined) continue;
    if (given.length > bytes.length) throw broken('a field that is too long');
    bytes.fill(0);
    bytes.set(given);
  }
  if (patch.isSummed) header.set(checksum(header), STARTS[SUM_FIELD]!);
  return header;
}

/** As almost all programs write it: six octal digits, a zero and a space. */
function checksum(header: Uint8Array): Uint8Array {
  let sum = 8 * 32;
  for (const [at, byte] of header.entries()) {
    if (at < STARTS[SUM_FIELD]! || at >= STARTS[SUM_FIELD + 1]!) sum += byte;
  }
  return Buffer.from(`${sum.toString(8).padStart(6, '0')}\0 `, 'latin1');
}
