import { SampanError } from '../../../core/errors/index.ts';

/** Collects numbers and bytes to one buffer that grows. */
export class ByteWriter {
  #bytes: Buffer = Buffer.allocUnsafe(4096);
  #size = 0;

  /** In bytes, so far. */
  get size(): number {
    return this.#size;
  }

  /** A whole number from 0 to 2^53 - 1, seven bits a byte, the lowest first. */
  number(value: number): void {
    this.#reserve(8);
    let left = value;
    while (left > 127) {
      this.#bytes[this.#size++] = (left % 128) + 128;
      left = Math.floor(left / 128);
    }
    this.#bytes[this.#size++] = left;
  }

  /** A whole number of either sign: 0, -1, 1, -2, … become 0, 1, 2, 3, … */
  signed(value: number): void {
    this.number(value < 0 ? -value * 2 - 1 : value * 2);
  }

  /** Bytes as they are. */
  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#size);
    this.#size += bytes.length;
  }

  /** A copy of all that was written. */
  finish(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#size));
  }

  #reserve(more: number): void {
    if (this.#size + more <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#size + more));
    grown.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = grown;
  }
}

/** Reads what {@link ByteWriter} wrote. Everything throws SampanError `invalid` past the end. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** True when all was read. */
  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** A number of {@link ByteWriter.number}, at most `max`. @throws SampanError `invalid` above it. */
  number(what: string, max: number = Number.MAX_SAFE_INTEGER): number {
    let value = 0;
    let scale = 1;
    for (let taken = 0; taken < 8; taken += 1) {
      if (this.#at >= this.#bytes.length) throw broken(`${what}: the recipe ends in the middle`);
      const byte = this.#bytes[this.#at++]!;
      value += (byte & 127) * scale;
      scale *= 128;
      if (byte < 128) {
        if (value <= max) return value;
        throw broken(`${what}: ${value}, at most ${max} can be`);
      }
    }
    throw broken(`${what}: a number without end`);
  }

  /** A number of {@link ByteWriter.signed}. */
  signed(what: string): number {
    const value = this.number(what);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** The next bytes, not copied. */
  bytes(size: number, what: string): Uint8Array {
    if (this.#at + size > this.#bytes.length) throw broken(`${what}: the recipe ends in the middle`);
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }
}

/** The error for a recipe that cannot be one. */
export function broken(why: string): SampanError {
  return new SampanError('invalid', `the delta is broken: ${why}`, {
    remedy: 'fetch or make the delta again',
  });
}
