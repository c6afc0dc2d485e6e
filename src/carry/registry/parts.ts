import { type ByteStream, type Content, contentStream, sliceContent } from '../../core/bytes/index.ts';

/** A piece of a blob, which can be sent again and again. */
export interface BlobPart {
  readonly sizeBytes: number;
  readonly isLast: boolean;
  /** Its bytes from `offset` on. */
  openFrom(offset: number): ByteStream;
}

/** A stream in parts of `partBytes`; only the last one is smaller. There is always one, which may be empty. */
export async function* partsOf(stream: ByteStream, partBytes: number): AsyncGenerator<BlobPart> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    let rest = chunk;
    // One more byte must be known to come before a part is said not to be the last.
    while (size + rest.length > partBytes) {
      const taken = rest.subarray(0, partBytes - size);
      yield heldPart([...held, taken], false);
      [held, size, rest] = [[], 0, rest.subarray(taken.length)];
    }
    if (rest.length === 0) continue;
    held.push(rest);
    size += rest.length;
  }
  yield heldPart(held, true);
}

function heldPart(chunks: readonly Uint8Array[], isLast: boolean): BlobPart {
  return {
    sizeBytes: chunks.reduce((sum, chunk) => sum + chunk.length, 0),
    isLast,
    openFrom: offset => skipBytes(streamOf(chunks), offset),
  };
}

async function* streamOf(chunks: readonly Uint8Array[]): ByteStream {
  yield* chunks;
}

/** As {@link partsOf}, for what is at hand on this machine from `from` on: nothing of it is held. */
export function* contentParts(content: Content, from: number, partBytes: number): Generator<BlobPart> {
  let start = Math.min(from, content.size);
  do {
    const at = start;
    const sizeBytes = Math.min(partBytes, content.size - at);
    start += sizeBytes;
    yield {
      sizeBytes,
      isLast: start === content.size,
      openFrom: offset => contentStream(sliceContent(content, at + offset, at + sizeBytes)),
    };
  } while (start < content.size);
}

/** The stream without its first bytes. */
export async function* skipBytes(stream: ByteStream, count: number): ByteStream {
  let left = count;
  for await (const chunk of stream) {
    const rest = left === 0 ? chunk : chunk.subarray(Math.min(left, chunk.length));
    left -= chunk.length - rest.length;
    if (rest.length > 0) yield rest;
  }
}
