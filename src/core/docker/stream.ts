import { SampanError } from '../errors/index.ts';

/** A piece of what a container printed. */
export interface OutputChunk {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Uint8Array;
}

const FRAME_LIMIT = 64 * 1024 * 1024;

/**
 * Takes apart a multiplexed stream (Engine API, "attach to a container", stream format): frames of an
 * 8-byte head (stream, 3 zeros, size as a big-endian 32-bit number) and their bytes. Frames are passed on in
 * pieces as they come, never collected. A stream that ends in the middle of a frame just ends.
 *
 * @throws SampanError `invalid` for a head that is none, `limit` for a frame above 64 MiB.
 */
export async function* demultiplex(body: AsyncIterable<Uint8Array>): AsyncGenerator<OutputChunk> {
  let head = Buffer.alloc(0);
  let left = 0;
  let stream: OutputChunk['stream'] = 'stdout';
  for await (const chunk of body) {
    let offset = 0;
    while (offset < chunk.length) {
      if (left > 0) {
        const end = Math.min(chunk.length, offset + left);
        yield { stream, bytes: chunk.subarray(offset, end) };
        left -= end - offset;
        offset = end;
        continue;
      }
      const end = Math.min(chunk.length, offset + 8 - head.length);
      head = Buffer.concat([head, chunk.subarray(offset, end)]);
      offset = end;
      if (head.length < 8) continue;
      ({ stream, size: left } = parseHead(head));
      head = Buffer.alloc(0);
    }
  }
}

function parseHead(head: Buffer): { readonly stream: OutputChunk['stream']; readonly size: number } {
  const kind = head[0] ?? 255;
  if (kind > 3 || head.readUIntBE(1, 3) !== 0) {
    throw new SampanError('invalid', "the engine's output stream has a frame of an unknown kind");
  }
  const size = head.readUInt32BE(4);
  if (size > FRAME_LIMIT)
    throw new SampanError('limit', `a frame of ${size} bytes in the engine's output stream`);
  // 3 is the engine's own error channel.
  return { stream: kind >= 2 ? 'stderr' : 'stdout', size };
}
