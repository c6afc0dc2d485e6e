import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip, createGzip, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { isSampanError, SampanError, truncated, wrap } from '../errors/index.ts';
import type { ByteStream } from './stream.ts';
import { zstdFrames } from './zstd-frames.ts';

/** How bytes are compressed: RFC 1952, RFC 8878, or not at all. */
export type Compression = 'none' | 'gzip' | 'zstd';

/** Bounds against a small file that inflates without end. */
export interface InflateLimits {
  /** At most so many bytes come out; 256 GiB unless told. */
  readonly maxBytes?: number;
  /** After the first GiB, at most so many bytes come out for one that goes in; 500 unless told. */
  readonly maxRatio?: number;
}

const MAX_BYTES = 2 ** 38;
const MAX_RATIO = 500;
const RATIO_FREE_BYTES = 2 ** 30;
const CHUNK_BYTES = 1 << 18;
const HEAD_BYTES = 8;

const UNSUPPORTED: readonly (readonly [name: string, magic: readonly number[]])[] = [
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['lzip', [0x4c, 0x5a, 0x49, 0x50]],
  ['compress', [0x1f, 0x9d]],
];

/**
 * What the first bytes say (six are enough); what has no known mark is not compressed.
 *
 * @throws SampanError `unsupported` for xz, bzip2, lz4, lzip and compress.
 */
export function detectCompression(head: Uint8Array): Compression {
  if (startsWith(head, [0x1f, 0x8b])) return 'gzip';
  if (startsWith(head, [0x28, 0xb5, 0x2f, 0xfd]) || isSkippableFrame(head)) return 'zstd';
  const other = UNSUPPORTED.find(([, magic]) => startsWith(head, magic))?.[0];
  if (other === undefined) return 'none';
  throw new SampanError('unsupported', `compressed with ${other}, only gzip and zstd are known`, {
    remedy: 'compress it again with gzip or zstd',
  });
}

function startsWith(head: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => head[i] === byte);
}

/** RFC 8878, section 3.1.2: a zstd stream may begin with one. */
function isSkippableFrame(head: Uint8Array): boolean {
  return ((head[0] ?? 0) & 0xf0) === 0x50 && startsWith(head.subarray(1), [0x2a, 0x4d, 0x18]);
}

/**
 * The bytes inside, whatever known compression they are in, found by their first bytes.
 *
 * @throws SampanError `unsupported` for another compression, `invalid` for broken data, `limit`.
 */
export async function* inflate(
  stream: ByteStream,
  limits: InflateLimits = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { head, all } = await peek(stream);
  const compression = detectCompression(head);
  if (compression === 'none') {
    yield* all;
    return;
  }
  const count = { in: 0 };
  const packed = counted(all, count);
  const attempted = `inflating ${compression}`;
  const plain =
    compression === 'gzip'
      ? through(packed, createGunzip({ chunkSize: CHUNK_BYTES }), attempted)
      : through(zstdFrames(packed), createZstdDecompress({ chunkSize: CHUNK_BYTES }), attempted);
  yield* bounded(plain, count, limits);
}

async function* bounded(
  stream: ByteStream,
  count: { readonly in: number },
  limits: InflateLimits,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { maxBytes = MAX_BYTES, maxRatio = MAX_RATIO } = limits;
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxBytes) throw new SampanError('limit', `inflates to more than ${maxBytes} bytes`);
    if (size > RATIO_FREE_BYTES && size / Math.max(count.in, 1) > maxRatio) {
      throw new SampanError('limit', `inflates to more than ${maxRatio} times its size`);
    }
    yield chunk;
  }
}

async function* counted(
  stream: ByteStream,
  count: { in: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of stream) {
    count.in += chunk.length;
    yield chunk;
  }
}

/** How hard to compress; the same level gives the same bytes on one version of Node. */
export interface DeflateOptions {
  readonly level?: number;
}

/** The bytes compressed. Gzip has no time and no name in its header. */
export function deflate(
  stream: ByteStream,
  compression: Compression,
  options: DeflateOptions = {},
): ByteStream {
  if (compression === 'none') return stream;
  const transform =
    compression === 'gzip'
      ? createGzip({ level: options.level ?? 6, chunkSize: CHUNK_BYTES })
      : createZstdCompress({
          chunkSize: CHUNK_BYTES,
          params: { [constants.ZSTD_c_compressionLevel]: options.level ?? 3 },
        });
  return through(stream, transform, `compressing with ${compression}`);
}

async function* through(
  stream: ByteStream,
  transform: NodeJS.ReadWriteStream & { destroy(): void } & AsyncIterable<Uint8Array>,
  attempted: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let failure: unknown;
  const feeding = pipeline(Readable.from(stream, { objectMode: false }), transform).catch(error => {
    failure = error;
  });
  try {
    for await (const chunk of transform) yield chunk;
  } catch (error) {
    await feeding;
    throw explained(attempted, failure ?? error);
  } finally {
    transform.destroy();
    await feeding;
  }
}

/** An error of the stream that was fed in stays as it is; one of zlib means broken data. */
function explained(attempted: string, error: unknown): unknown {
  if (isSampanError(error)) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!/^(Z_|ZSTD_)/.test(code)) return wrap(attempted, error);
  const reason = error instanceof Error ? error.message : code;
  return truncated(`${attempted}: broken or truncated data (${reason})`, error);
}

/** The first bytes of a stream, and the whole stream, those bytes included. */
async function peek(stream: ByteStream): Promise<{ readonly head: Uint8Array; readonly all: ByteStream }> {
  const iterator = stream[Symbol.asyncIterator]();
  const held: Uint8Array[] = [];
  let size = 0;
  while (size < HEAD_BYTES) {
    const next = await iterator.next();
    if (next.done) break;
    held.push(next.value);
    size += next.value.length;
  }
  return { head: Buffer.concat(held).subarray(0, HEAD_BYTES), all: resume(held, iterator) };
}

async function* resume(
  held: readonly Uint8Array[],
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* held;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}
