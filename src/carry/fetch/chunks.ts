import { type Digest, digestOf, finishDigest, hexOf, isDigest, startDigest } from '../../core/bytes/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import type { Bytes } from '../../core/store/index.ts';

/** The digests of a file in chunks, so that a damaged one is found and fetched again alone. */
export interface ChunkList {
  /** Of the file, in bytes. */
  readonly size: number;
  /** Of the whole file. */
  readonly digest: Digest;
  /** Of every chunk but the last, which may be smaller. */
  readonly chunkBytes: number;
  readonly chunks: readonly Digest[];
}

/** The schema of the document, with its version (docs/formats/chunks.md). */
const CHUNKS_SCHEMA = 'sampan.chunks/1';

/** The size of a chunk where nothing else is said. */
export const CHUNK_BYTES = 1 << 20;

/** No list is larger: that is enough for 250 GB in chunks of 1 MiB. */
export const MAX_LIST_BYTES = 16 << 20;

const MIN_CHUNK_BYTES = 1 << 12;
/** A damaged chunk is held in memory. */
const MAX_CHUNK_BYTES = 4 << 20;

/** Takes in the bytes of a file, in order, and makes the list of them. */
export interface ChunkCounter {
  add(bytes: Uint8Array): void;
  /** The list of all bytes. Called once, at the end. */
  end(): ChunkList;
}

/** Starts a list. */
export function countChunks(chunkBytes = CHUNK_BYTES): ChunkCounter {
  const whole = startDigest();
  const chunks: Digest[] = [];
  let chunk = startDigest();
  let [size, inChunk] = [0, 0];
  const close = (): void => {
    chunks.push(finishDigest(chunk));
    chunk = startDigest();
    inChunk = 0;
  };
  return {
    add: bytes => {
      whole.update(bytes);
      size += bytes.length;
      for (let at = 0; at < bytes.length; ) {
        const part = bytes.subarray(at, at + chunkBytes - inChunk);
        chunk.update(part);
        at += part.length;
        inChunk += part.length;
        if (inChunk === chunkBytes) close();
      }
    },
    end: () => {
      if (inChunk > 0) close();
      return { size, digest: finishDigest(whole), chunkBytes, chunks };
    },
  };
}

/** The same bytes, which `counter` sees too. */
export async function* counting(stream: Bytes, counter: ChunkCounter): Bytes {
  for await (const bytes of stream) {
    counter.add(bytes);
    yield bytes;
  }
}

/** The list as a document: one line a chunk. */
export function formatChunkList(list: ChunkList): string {
  const { size, digest, chunkBytes } = list;
  const head = JSON.stringify({ schema: CHUNKS_SCHEMA, size, digest, chunkBytes }).slice(0, -1);
  const lines = list.chunks.map(chunk => JSON.stringify(hexOf(chunk)));
  return `${head},"chunks":[\n${lines.join(',\n')}\n]}\n`;
}

/**
 * Reads a list.
 *
 * @throws SampanError `invalid`, `limit`, or `unsupported` for a newer version.
 */
export function parseChunkList(text: string, what: string): ChunkList {
  if (text.length > MAX_LIST_BYTES) {
    throw new SampanError('limit', `${what}: longer than ${MAX_LIST_BYTES} bytes`);
  }
  const { schema, size, digest, chunkBytes, chunks } = fieldsOf(text, what);
  if (schema !== CHUNKS_SCHEMA) throw otherSchema(schema, what);
  if (!isDigest(digest)) throw wrong(what, 'digest');
  if (!isSize(size)) throw wrong(what, 'size');
  if (!isSize(chunkBytes) || chunkBytes < MIN_CHUNK_BYTES || chunkBytes > MAX_CHUNK_BYTES) {
    throw wrong(what, 'chunkBytes');
  }
  if (!Array.isArray(chunks) || chunks.length !== Math.ceil(size / chunkBytes)) throw wrong(what, 'chunks');
  const digests = chunks.map((hex: unknown) => {
    const each = `sha256:${String(hex)}`;
    if (!isDigest(each)) throw wrong(what, 'chunks');
    return each;
  });
  return { size, digest, chunkBytes, chunks: digests };
}

/** Names a list in a few bytes: two lists with the same are the same. */
export function listDigest(list: ChunkList): Digest {
  return digestOf(formatChunkList(list));
}

function fieldsOf(text: string, what: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value));
  } catch (error) {
    throw new SampanError('invalid', `${what}: not JSON`, { cause: error });
  }
  throw wrong(what, 'schema');
}

function otherSchema(schema: unknown, what: string): SampanError {
  const isNewer = typeof schema === 'string' && /^sampan\.chunks\/\d{1,4}$/.test(schema);
  if (!isNewer) return wrong(what, 'schema');
  return new SampanError('unsupported', `${what}: a list of a newer version (${schema})`, {
    remedy: 'take a newer Sampan',
  });
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function wrong(what: string, member: string): SampanError {
  return new SampanError('invalid', `${what}: not a list of chunks: its ${member} is wrong`);
}
