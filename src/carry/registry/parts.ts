import type { ByteStream } from '../../core/bytes/index.ts';

/** A piece of a stream, and whether it is the last one. */
export interface StreamPart {
  readonly bytes: Uint8Array;
  readonly isLast: boolean;
}

/** A stream in parts of `partBytes`; only the last one is smaller. There is always one, which may be empty. */
export async function* partsOf(stream: ByteStream, partBytes: number): AsyncGenerator<StreamPart> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    let rest = chunk;
    // One more byte must be known to come before a part is said not to be the last.
    while (size + rest.length > partBytes) {
      const taken = rest.subarray(0, partBytes - size);
      yield { bytes: Buffer.concat([...held, taken], partBytes), isLast: false };
      [held, size, rest] = [[], 0, rest.subarray(taken.length)];
    }
    if (rest.length === 0) continue;
    held.push(rest);
    size += rest.length;
  }
  yield { bytes: Buffer.concat(held, size), isLast: true };
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
