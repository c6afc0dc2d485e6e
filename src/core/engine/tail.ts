/** Keeps the last bytes of a stream, in bounded memory. */
export class Tail {
  readonly #limit: number;
  #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  /** Takes the next bytes. The chunk is kept, not copied. */
  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    // Joined when twice too large: each byte is copied at most once more, and few chunks pile up.
    if (this.#size >= this.#limit * 2 || this.#chunks.length > 4096) this.#trim();
  }

  /** What is kept, as UTF-8; a character that was cut in two at the start is left out. */
  text(): string {
    const bytes = this.#trim();
    let start = 0;
    if (this.#size === this.#limit) while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
    return bytes.toString('utf8', start);
  }

  #trim(): Buffer {
    const joined = Buffer.concat(this.#chunks);
    const kept =
      joined.length > this.#limit ? Buffer.from(joined.subarray(joined.length - this.#limit)) : joined;
    this.#chunks = [kept];
    this.#size = kept.length;
    return kept;
  }
}
