import { crc32 } from 'node:zlib';
import { type Content, EMPTY } from '../../../core/bytes/index.ts';
import type { Bytes } from '../../../core/store/index.ts';
import { type TarEntry, TarReader } from '../../../core/tar/index.ts';
import { captureFor, type Wanted } from './capture.ts';
import { ColumnWriter, type LayerScan } from './columns.ts';
import { addEntry } from './entry.ts';

/** A layer that was read once, as a stream, with those contents that are looked at later. */
export interface StreamedScan {
  readonly scan: LayerScan;
  /** The start (and perhaps the end) of contents, by row. What is not here was not kept. */
  readonly captured: ReadonlyMap<number, Captured>;
}

/** What was kept of a content. */
export interface Captured {
  readonly head: Uint8Array;
  /** The last bytes, where more than the head was wanted and the file is larger. */
  readonly tail: Uint8Array;
}

/** All that one layer keeps. */
const MAX_CAPTURED_BYTES = 96 << 20;

/**
 * Reads a plain tar as it arrives; nothing is written anywhere. Every content has its checksum, and a few (databases
 * of packages, manifests, heads of programs) are kept.
 *
 * @throws SampanError as {@link TarReader} does, or what the stream throws.
 */
export async function scanStream(tar: Bytes): Promise<StreamedScan> {
  const sink = new Sink();
  const reader = new TarReader(sink);
  let bytes = 0;
  for await (const chunk of tar) {
    reader.write(chunk);
    bytes += chunk.length;
  }
  reader.end();
  sink.close();
  return { scan: sink.writer.finish(bytes), captured: sink.captured };
}

class Sink {
  readonly writer = new ColumnWriter();
  readonly captured = new Map<number, Captured>();
  #wanted: Wanted = { head: 0, tail: 0 };
  #head: Buffer = Buffer.alloc(0);
  #tail: Buffer = Buffer.alloc(0);
  #read = 0;
  #stored = 0;
  #held = 0;
  #checksum = 0;

  entry(entry: TarEntry): void {
    this.close();
    addEntry(this.writer, entry);
    const wanted = captureFor(entry);
    const fits = this.#held + wanted.head + wanted.tail <= MAX_CAPTURED_BYTES;
    this.#wanted = fits && entry.sparse === undefined ? wanted : { head: 0, tail: 0 };
    this.#stored = entry.storedSize;
    this.#head = Buffer.alloc(Math.min(this.#wanted.head, entry.storedSize));
    this.#tail = Buffer.alloc(Math.max(0, Math.min(this.#wanted.tail, entry.storedSize - this.#head.length)));
    this.#held += this.#head.length + this.#tail.length;
    this.#read = 0;
    this.#checksum = 0;
  }

  content(chunk: Uint8Array): void {
    this.#checksum = crc32(chunk, this.#checksum);
    copyOverlap(chunk, this.#read, { into: this.#head, at: 0 });
    copyOverlap(chunk, this.#read, { into: this.#tail, at: this.#stored - this.#tail.length });
    this.#read += chunk.length;
  }

  close(): void {
    const row = this.writer.count - 1;
    if (row < 0) return;
    this.writer.checksum[row] = this.#checksum;
    if (this.#head.length > 0) this.captured.set(row, { head: this.#head, tail: this.#tail });
    this.#head = Buffer.alloc(0);
    this.#tail = Buffer.alloc(0);
  }
}

/** Copies what of a chunk at `from` falls into a buffer that begins at `at`. */
function copyOverlap(
  chunk: Uint8Array,
  from: number,
  to: { readonly into: Buffer; readonly at: number },
): void {
  const start = Math.max(from, to.at);
  const end = Math.min(from + chunk.length, to.at + to.into.length);
  if (start < end) to.into.set(chunk.subarray(start - from, end - from), start - to.at);
}

/** Content of which only some bytes are known: the others are zeros. */
export function partialContent(captured: Captured | undefined, size: number): Content {
  if (size === 0) return EMPTY;
  const head = captured?.head ?? new Uint8Array();
  const tail = captured?.tail ?? new Uint8Array();
  const gap = size - head.length - tail.length;
  return {
    size,
    pieces: [
      ...(head.length === 0 ? [] : [{ kind: 'bytes', bytes: head, size: head.length } as const]),
      ...(gap <= 0 ? [] : [{ kind: 'zeros', size: gap } as const]),
      ...(tail.length === 0 ? [] : [{ kind: 'bytes', bytes: tail, size: tail.length } as const]),
    ],
  };
}
