import { closeSync, openSync, readSync } from 'node:fs';
import { type Piece, systemPath } from '../../../core/bytes/index.ts';
import { SampanError, wrap } from '../../../core/errors/index.ts';

/** Bytes that can be read from anywhere. Disposing it closes what it holds open. */
export interface ByteSpace extends Disposable {
  readonly size: number;
  /**
   * Fills `target` with the bytes from `at` on.
   *
   * @throws SampanError `integrity` when there are fewer, or the error of the system.
   */
  read(at: number, target: Uint8Array): void;
}

/** The pieces of a space, compactly: where each begins, and a way to read it. */
export interface PieceTable {
  readonly size: number;
  /** Ascending; the first is 0. */
  readonly starts: Float64Array;
  piece(index: number): Piece;
}

const OPEN_FILES = 32;

/** A space of pieces: files, bytes and holes. A few files stay open between reads. */
export function pieceSpace(table: PieceTable): ByteSpace {
  const files = new OpenFiles();
  return {
    size: table.size,
    read: (at, target) => readPieces(table, files, { at, target }),
    [Symbol.dispose]: () => files.close(),
  };
}

function readPieces(
  table: PieceTable,
  files: OpenFiles,
  what: { readonly at: number; readonly target: Uint8Array },
): void {
  const { at, target } = what;
  if (at < 0 || at + target.length > table.size) {
    throw new SampanError('integrity', `bytes ${at} to ${at + target.length} of ${table.size} were wanted`);
  }
  let index = indexAt(table.starts, at);
  for (let done = 0; done < target.length; index += 1) {
    const piece = table.piece(index);
    const from = at + done - table.starts[index]!;
    const size = Math.min(piece.size - from, target.length - done);
    if (size > 0) readPiece(piece, files, { from, target: target.subarray(done, done + size) });
    done += Math.max(size, 0);
  }
}

function readPiece(
  piece: Piece,
  files: OpenFiles,
  what: { readonly from: number; readonly target: Uint8Array },
): void {
  const { from, target } = what;
  if (piece.kind === 'zeros') target.fill(0);
  else if (piece.kind === 'bytes') target.set(piece.bytes.subarray(from, from + target.length));
  else files.read(piece.path, piece.offset + from, target);
}

/** The last start that is not after `at`. */
export function indexAt(starts: Float64Array, at: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

class OpenFiles {
  readonly #files = new Map<string, number>();

  read(path: string, at: number, target: Uint8Array): void {
    const file = this.#open(path);
    for (let done = 0; done < target.length; ) {
      const got = readSync(file, target, done, target.length - done, at + done);
      if (got === 0) throw new SampanError('integrity', `${path}: ended at byte ${at + done}`);
      done += got;
    }
  }

  close(): void {
    for (const file of this.#files.values()) closeSync(file);
    this.#files.clear();
  }

  #open(path: string): number {
    const held = this.#files.get(path);
    if (held !== undefined) return held;
    const [oldest] = this.#files;
    if (oldest !== undefined && this.#files.size >= OPEN_FILES) {
      this.#files.delete(oldest[0]);
      closeSync(oldest[1]);
    }
    try {
      const file = openSync(systemPath(path), 'r');
      this.#files.set(path, file);
      return file;
    } catch (error) {
      throw wrap(`reading ${path}`, error);
    }
  }
}

/** Several spaces, one after the other, as one. Disposing it disposes all. */
export function joinSpaces(parts: readonly ByteSpace[]): ByteSpace {
  const starts = new Float64Array(parts.length);
  let size = 0;
  for (const [i, part] of parts.entries()) {
    starts[i] = size;
    size += part.size;
  }
  return {
    size,
    read: (at, target) => readParts({ parts, starts, size }, at, target),
    [Symbol.dispose]: () => {
      for (const part of parts) part[Symbol.dispose]();
    },
  };
}

function readParts(
  joined: { readonly parts: readonly ByteSpace[]; readonly starts: Float64Array; readonly size: number },
  at: number,
  target: Uint8Array,
): void {
  const { parts, starts, size } = joined;
  if (at < 0 || at + target.length > size) {
    throw new SampanError('integrity', `bytes ${at} to ${at + target.length} of ${size} were wanted`);
  }
  let index = parts.length === 0 ? 0 : indexAt(starts, at);
  for (let done = 0; done < target.length; index += 1) {
    const part = parts[index]!;
    const from = at + done - starts[index]!;
    const run = Math.min(part.size - from, target.length - done);
    if (run > 0) part.read(from, target.subarray(done, done + run));
    done += Math.max(run, 0);
  }
}
