import type { Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { SampanError, wrap } from '../errors/index.ts';
import { type Content, type Piece, readContent } from './content.ts';
import { type Digest, finishDigest, startDigest } from './digest.ts';
import { systemPath } from './names.ts';

/** A stream of bytes. Its chunks belong to who receives them: they are not used again. */
export interface ByteStream extends AsyncIterable<Uint8Array> {
  /** Where it is {@link verified}: it throws before its end unless it is this. */
  readonly promised?: Promised;
}

const CHUNK_BYTES = 1 << 19;

/**
 * Does nothing unless the signal has fired.
 *
 * @throws SampanError `cancelled`.
 */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new SampanError('cancelled', 'stopped', { cause: signal.reason });
}

/**
 * The bytes of content as a stream. Large files are read without blocking; runs of small ones are read
 * together, as one chunk: waiting for each would take most of the time.
 *
 * @throws SampanError `integrity` when a file is shorter than its piece, `cancelled`, or the system's error.
 */
export async function* contentStream(
  content: Content,
  options: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  let small: Piece[] = [];
  let size = 0;
  for (const piece of content.pieces) {
    const isSmall = piece.size < CHUNK_BYTES / 2;
    if (size > 0 && (!isSmall || size + piece.size > CHUNK_BYTES)) {
      throwIfCancelled(options.signal);
      yield readContent({ size, pieces: small });
      [small, size] = [[], 0];
    }
    if (isSmall) {
      small.push(piece);
      size += piece.size;
    } else yield* largePiece(piece, options.signal);
  }
  throwIfCancelled(options.signal);
  if (size > 0) yield readContent({ size, pieces: small });
}

async function* largePiece(
  piece: Piece,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  throwIfCancelled(signal);
  if (piece.kind === 'bytes') yield piece.bytes;
  else if (piece.kind === 'zeros') yield* zeros(piece.size);
  else yield* filePiece(piece, signal);
}

function* zeros(size: number): Generator<Uint8Array, void, undefined> {
  for (let left = size; left > 0; left -= CHUNK_BYTES) yield Buffer.alloc(Math.min(left, CHUNK_BYTES));
}

async function* filePiece(
  piece: Extract<Piece, { kind: 'file' }>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const attempted = `reading ${piece.path}`;
  const file = await open(systemPath(piece.path), 'r').catch(error => {
    throw wrap(attempted, error);
  });
  try {
    for (let at = 0; at < piece.size; ) {
      throwIfCancelled(signal);
      const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, piece.size - at));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, piece.offset + at);
      if (bytesRead === 0) throw endedEarly(piece, at);
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

function endedEarly(piece: Extract<Piece, { kind: 'file' }>, at: number): SampanError {
  return new SampanError(
    'integrity',
    `${piece.path}: ended at byte ${piece.offset + at}, wanted ${piece.offset + piece.size}`,
  );
}

/** What a stream must turn out to be; what is not given is not checked. */
export interface Promised {
  /** What it is, for messages. */
  readonly what: string;
  readonly digest?: Digest | undefined;
  readonly size?: number | undefined;
}

/**
 * The same bytes, checked before the end: too many, too few or the wrong ones throw, so that a consumer
 * that saw the end saw exactly what was promised. `hash` is for who wants to look at it on the way: whenever the next
 * chunk is asked for, it has all those before.
 *
 * @throws SampanError `integrity`.
 */
export function verified(stream: ByteStream, promised: Promised, hash = startDigest()): ByteStream {
  return Object.assign(check(stream, promised, hash), { promised });
}

/** True for a stream that is verified to have this digest: who hashes it again learns nothing. */
export function isVerified(stream: ByteStream, digest: Digest): boolean {
  return stream.promised?.digest === digest;
}

async function* check(
  stream: ByteStream,
  promised: Promised,
  hash: Hash,
): AsyncGenerator<Uint8Array, void, undefined> {
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (promised.size !== undefined && size > promised.size) {
      throw new SampanError('integrity', `${promised.what}: more than the ${promised.size} bytes wanted`);
    }
    if (promised.digest !== undefined) hash.update(chunk);
    yield chunk;
  }
  if (promised.size !== undefined && size < promised.size) {
    throw new SampanError('integrity', `${promised.what}: ended after ${size} of ${promised.size} bytes`);
  }
  if (promised.digest === undefined) return;
  const got = finishDigest(hash);
  if (got !== promised.digest) {
    throw new SampanError('integrity', `${promised.what}: wanted ${promised.digest}, got ${got}`);
  }
}

/**
 * All bytes of a stream in one buffer.
 *
 * @throws SampanError `limit` as soon as there are more than `maxBytes`.
 */
export async function readStream(stream: ByteStream, what: string, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxBytes) throw new SampanError('limit', `${what}: more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
