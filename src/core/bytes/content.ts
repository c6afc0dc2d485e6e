import { closeSync, constants, openSync, readSync } from 'node:fs';
import { SampanError, systemCode, wrap } from '../errors/index.ts';
import { systemPath } from './names.ts';

/** A run of bytes: in a file of this machine, in memory, or a hole. */
export type Piece =
  | { readonly kind: 'file'; readonly path: string; readonly offset: number; readonly size: number }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly size: number }
  | { readonly kind: 'zeros'; readonly size: number };

/**
 * Bytes that can be read again and again, from anywhere, without copying them first: a file of a
 * layer is a range of an archive; a stripped program is some ranges of the old one.
 */
export interface Content {
  /** In bytes: the sum of the sizes of the pieces. */
  readonly size: number;
  readonly pieces: readonly Piece[];
}

/** No bytes at all. */
export const EMPTY: Content = { size: 0, pieces: [] };

const CHUNK_BYTES = 1 << 20;

/** Content that is held in memory. Text is written as UTF-8. */
export function bytesContent(bytes: Uint8Array | string): Content {
  const held = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  return { size: held.length, pieces: [{ kind: 'bytes', bytes: held, size: held.length }] };
}

/** `size` bytes of the file `path`, from `offset` on. Nothing is opened before it is read. */
export function fileContent(path: string, size: number, offset = 0): Content {
  return size === 0 ? EMPTY : { size, pieces: [{ kind: 'file', path, offset, size }] };
}

/** Several contents, one after the other. */
export function joinContent(parts: readonly Content[]): Content {
  const pieces = parts.flatMap(part => part.pieces);
  return { size: parts.reduce((sum, part) => sum + part.size, 0), pieces };
}

/** The bytes from `from` up to, not including, `to`; both are cut to the size. */
export function sliceContent(content: Content, from: number, to = content.size): Content {
  const pieces: Piece[] = [];
  let at = 0;
  for (const piece of content.pieces) {
    const start = Math.max(from - at, 0);
    const end = Math.min(to - at, piece.size);
    if (start < end) pieces.push(slicePiece(piece, start, end));
    at += piece.size;
  }
  return { size: pieces.reduce((sum, piece) => sum + piece.size, 0), pieces };
}

function slicePiece(piece: Piece, start: number, end: number): Piece {
  const size = end - start;
  switch (piece.kind) {
    case 'file':
      return { ...piece, offset: piece.offset + start, size };
    case 'bytes':
      return { kind: 'bytes', bytes: piece.bytes.subarray(start, end), size };
    case 'zeros':
      return { kind: 'zeros', size };
  }
}

/**
 * The bytes in chunks of at most 1 MiB. A chunk is valid only until the next one is asked for: the
 * buffer is used again.
 *
 * @throws SampanError `integrity` when a file is shorter than its piece, or the error of the system.
 */
export function* contentChunks(content: Content): Generator<Uint8Array, void, undefined> {
  let buffer: Buffer | undefined;
  for (const piece of content.pieces) {
    if (piece.kind === 'bytes') {
      yield piece.bytes;
      continue;
    }
    buffer ??= Buffer.allocUnsafe(Math.min(CHUNK_BYTES, content.size));
    if (piece.kind === 'file') yield* fileChunks(piece, buffer);
    else yield* zeroChunks(piece.size, buffer);
  }
}

function* zeroChunks(size: number, buffer: Buffer): Generator<Uint8Array, void, undefined> {
  buffer.fill(0);
  for (let left = size; left > 0; left -= buffer.length)
    yield buffer.subarray(0, Math.min(left, buffer.length));
}

function* fileChunks(
  piece: Extract<Piece, { kind: 'file' }>,
  buffer: Buffer,
): Generator<Uint8Array, void, undefined> {
  const file = openForReading(piece.path);
  try {
    for (let at = 0; at < piece.size; ) {
      const got = readPiece(file, piece, { at, into: buffer.subarray(0, piece.size - at) });
      at += got;
      yield buffer.subarray(0, got);
    }
  } finally {
    closeSync(file);
  }
}

/** How many bytes of a piece, from its byte `at` on, were read. @throws SampanError `integrity` for none. */
function readPiece(
  file: number,
  piece: Extract<Piece, { kind: 'file' }>,
  { at, into }: { readonly at: number; readonly into: Buffer },
): number {
  const got = readSync(file, into, 0, into.length, piece.offset + at);
  if (got > 0) return got;
  throw new SampanError(
    'integrity',
    `${piece.path}: ended at byte ${piece.offset + at}, wanted ${piece.offset + piece.size}`,
  );
}

/** A whole piece in a buffer of its own, without a chunk between. */
function wholePiece(piece: Extract<Piece, { kind: 'file' }>): Buffer {
  const all = Buffer.allocUnsafe(piece.size);
  const file = openForReading(piece.path);
  try {
    for (let at = 0; at < piece.size; ) at += readPiece(file, piece, { at, into: all.subarray(at) });
    return all;
  } finally {
    closeSync(file);
  }
}

/** Without a trace where that is allowed: a read must not look like one of a watched program. */
function openForReading(path: string): number {
  const name = systemPath(path);
  try {
    return openSync(name, constants.O_RDONLY | constants.O_NOATIME);
  } catch (error) {
    if (systemCode(error) !== 'EPERM') throw wrap(`reading ${path}`, error);
  }
  try {
    return openSync(name, 'r');
  } catch (error) {
    throw wrap(`reading ${path}`, error);
  }
}

/**
 * All bytes at once, in a buffer of their own.
 *
 * @throws SampanError `limit` when there are more than `maxBytes` (64 MiB unless told).
 */
export function readContent(content: Content, maxBytes = 64 << 20): Buffer {
  if (content.size > maxBytes) {
    throw new SampanError('limit', `content of ${content.size} bytes, at most ${maxBytes} are read at once`);
  }
  const only = content.pieces.length === 1 ? content.pieces[0] : undefined;
  if (only?.kind === 'bytes') return Buffer.from(only.bytes);
  if (only?.kind === 'file') return wholePiece(only);
  const all = Buffer.allocUnsafe(content.size);
  let at = 0;
  for (const chunk of contentChunks(content)) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
