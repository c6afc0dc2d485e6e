import { type Content, contentChunks, sliceContent } from '../../../core/bytes/index.ts';

/** As many bytes as are asked for at once. */
export const MAX_SOME_BYTES = 64 << 10;

/** Some bytes of a content, at most 64 KiB of them; cut at its end. */
export function someBytes(content: Content, from: number, size: number): Buffer {
  const wanted = Math.min(size, MAX_SOME_BYTES);
  const parts: Uint8Array[] = [];
  for (const chunk of contentChunks(sliceContent(content, from, from + wanted)))
    parts.push(Uint8Array.from(chunk));
  return Buffer.concat(parts);
}
