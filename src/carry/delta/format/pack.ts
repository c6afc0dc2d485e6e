import {
  brotliCompressSync,
  brotliDecompressSync,
  constants,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib';
import { broken } from '../bytes/index.ts';

/** How bytes are packed; the number is how a delta writes it. */
export const METHODS = ['plain', 'zstd', 'brotli'] as const;

/** See {@link METHODS}. */
export type Method = (typeof METHODS)[number];

/** Bytes and how they were packed. */
export interface Packed {
  readonly method: Method;
  readonly bytes: Uint8Array;
  /** The size of what is inside. */
  readonly size: number;
}

/** The smallest of all ways: for up to some hundred kilobytes. */
export function packSmall(bytes: Buffer): Packed {
  const size = bytes.length;
  const zstd = zstdCompressSync(bytes, {
    params: { [constants.ZSTD_c_compressionLevel]: 19, [constants.ZSTD_c_contentSizeFlag]: 0 },
  });
  const brotli = brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: size > 1 << 18 ? 9 : 11,
      [constants.BROTLI_PARAM_LGWIN]: 20,
      [constants.BROTLI_PARAM_SIZE_HINT]: size,
    },
  });
  const ways: readonly Packed[] = [
    { method: 'plain', bytes, size },
    { method: 'zstd', bytes: zstd, size },
    { method: 'brotli', bytes: brotli, size },
  ];
  return ways.toSorted((a, b) => a.bytes.length - b.bytes.length)[0]!;
}

/**
 * The bytes that were packed. No more than `size` are ever made, whatever was promised.
 *
 * @throws SampanError `invalid` for broken data or another size.
 */
export function unpack(packed: Packed, dictionary?: Uint8Array): Buffer {
  const bytes = inflate(packed, dictionary);
  if (bytes.length === packed.size) return bytes;
  throw broken(`${bytes.length} bytes inside, wanted ${packed.size}`);
}

function inflate({ method, bytes, size }: Packed, dictionary: Uint8Array | undefined): Buffer {
  if (method === 'plain') return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  // One buffer for all: pieces would be joined, which takes the memory twice.
  const bounds = { maxOutputLength: Math.max(size, 1), chunkSize: Math.max(size, 64) };
  try {
    if (method === 'brotli') return brotliDecompressSync(bytes, bounds);
    const options =
      dictionary === undefined || dictionary.length === 0
        ? {}
        : { dictionary: Buffer.from(dictionary.buffer, dictionary.byteOffset, dictionary.length) };
    return zstdDecompressSync(bytes, {
      ...bounds,
      ...options,
      params: { [constants.ZSTD_d_windowLogMax]: 23 },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw broken(`what is packed cannot be unpacked (${reason})`);
  }
}
