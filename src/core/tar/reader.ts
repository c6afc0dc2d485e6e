import { SampanError, truncated } from '../errors/index.ts';
import { type AfterHeader, EntryAssembler } from './assemble.ts';
import type { TarEntry } from './entry.ts';
import { BLOCK, isZeroBlock } from './header.ts';
import { contentMap } from './sparse.ts';

/** What a {@link TarReader} tells as it goes. */
export interface TarSink {
  /** An entry begins. Its content, if any, follows. */
  entry(entry: TarEntry): void;
  /** Some stored bytes of the entry told last; the chunk is valid during the call only. */
  content?(chunk: Uint8Array): void;
}

/** Bounds against hostile archives. */
export interface TarLimits {
  /** Entries in one archive; 5 million unless told. */
  readonly maxEntries?: number;
}

/** As many entries as one archive may have, unless told. */
export const MAX_ENTRIES = 5_000_000;

const MAX_MAP_BYTES = 32 << 20;

type State =
  | { readonly want: 'header' }
  | { readonly want: 'sparse-block' }
  | { readonly want: 'extension'; readonly size: number }
  | { readonly want: 'sparse-map'; readonly storedSize: number; readonly start: number }
  | { readonly want: 'end' };

const HEADER: State = { want: 'header' };

/**
 * Reads a tar stream as its chunks arrive: give it chunks of any size with `write`, then call `end`.
 * Synchronous; holds back at most one header or extended header.
 *
 * @throws SampanError `invalid` for what is not a tar, `limit`, `unsupported`.
 */
export class TarReader {
  readonly #sink: TarSink;
  readonly #maxEntries: number;
  readonly #assembler = new EntryAssembler();
  #state: State = HEADER;
  #held: Buffer = Buffer.alloc(0);
  #offset = 0;
  #content = 0;
  #skip = 0;
  #entries = 0;

  constructor(sink: TarSink, limits: TarLimits = {}) {
    this.#sink = sink;
    this.#maxEntries = limits.maxEntries ?? MAX_ENTRIES;
  }

  /** Takes the next chunk. */
  write(chunk: Uint8Array): void {
    let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    if (this.#held.length > 0) {
      bytes = Buffer.concat([this.#held, bytes]);
      this.#held = Buffer.alloc(0);
    }
    let at = 0;
    while (at < bytes.length && this.#state.want !== 'end') {
      const used = this.#step(bytes, at);
      if (used === 0) break;
      at += used;
      this.#offset += used;
    }
    if (at < bytes.length && this.#state.want !== 'end') this.#held = Buffer.from(bytes.subarray(at));
  }

  /** Passes over `size` bytes of content that are not at hand. They must be content of the entry told last. */
  skip(size: number): void {
    const content = Math.min(size, this.#content);
    if (content < size) throw new SampanError('internal', 'tar: more was skipped than the content');
    this.#content -= content;
    this.#offset += content;
  }

  /** Says that there is no more. @throws SampanError `invalid` when the archive stops in the middle. */
  end(): void {
    const midway = this.#content > 0 || this.#skip > 0 || this.#held.length > 0;
    if (this.#state.want === 'end' || (this.#state.want === 'header' && !midway)) return;
    throw truncated(`tar: the archive is truncated at byte ${this.#offset + this.#held.length}`);
  }

  /** Consumes some bytes and says how many; 0 when it needs more than there are. */
  #step(bytes: Buffer, at: number): number {
    const left = bytes.length - at;
    if (this.#content > 0) {
      const size = Math.min(this.#content, left);
      this.#content -= size;
      this.#sink.content?.(bytes.subarray(at, at + size));
      return size;
    }
    if (this.#skip > 0) {
      const size = Math.min(this.#skip, left);
      this.#skip -= size;
      return size;
    }
    return this.#state.want === 'extension' || this.#state.want === 'sparse-map'
      ? this.#variable(bytes.subarray(at))
      : left < BLOCK
        ? 0
        : this.#block(bytes, at);
  }

  #block(bytes: Buffer, at: number): number {
    if (this.#state.want === 'header' && isZeroBlock(bytes, at)) {
      this.#state = { want: 'end' };
      return BLOCK;
    }
    const after =
      this.#state.want === 'sparse-block'
        ? this.#assembler.sparseBlock(bytes, at, this.#offset)
        : this.#assembler.header(bytes, at, this.#offset);
    this.#follow(after, this.#offset + BLOCK);
    return BLOCK;
  }

  #variable(bytes: Buffer): number {
    const state = this.#state;
    if (state.want === 'extension') {
      const padded = Math.ceil(state.size / BLOCK) * BLOCK;
      if (bytes.length < padded) return 0;
      this.#assembler.extension(bytes.subarray(0, state.size));
      this.#state = HEADER;
      return padded;
    }
    if (state.want !== 'sparse-map') return 0;
    const map = contentMap(bytes.subarray(0, Math.min(bytes.length, state.storedSize)));
    if (map === undefined || map.bytesUsed > bytes.length) {
      if (bytes.length < Math.min(state.storedSize, MAX_MAP_BYTES)) return 0;
      throw new SampanError('invalid', 'tar: the map of a sparse file is broken');
    }
    this.#follow(
      this.#assembler.sparseMap(map.runs, state.start + map.bytesUsed, map.bytesUsed),
      state.start + map.bytesUsed,
    );
    return map.bytesUsed;
  }

  #follow(after: AfterHeader, start: number): void {
    switch (after.next) {
      case 'extension':
        this.#state = after.size === 0 ? this.#emptyExtension() : { want: 'extension', size: after.size };
        return;
      case 'sparse-block':
        this.#state = { want: 'sparse-block' };
        return;
      case 'sparse-map':
        this.#state = { want: 'sparse-map', storedSize: after.storedSize, start };
        return;
      case 'entry':
        this.#begin(after.entry);
    }
  }

  #emptyExtension(): State {
    this.#assembler.extension(Buffer.alloc(0));
    return HEADER;
  }

  #begin(entry: TarEntry): void {
    this.#entries += 1;
    if (this.#entries > this.#maxEntries) {
      throw new SampanError('limit', `tar: more than ${this.#maxEntries} entries`);
    }
    this.#state = HEADER;
    this.#sink.entry(entry);
    this.#content = entry.storedSize;
    this.#skip = (BLOCK - (entry.storedSize % BLOCK)) % BLOCK;
  }
}
