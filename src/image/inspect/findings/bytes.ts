import { type Content, contentChunks, sliceContent } from '../../../core/bytes/index.ts';

/** Some bytes of a content, at most 64 KiB of them; cut at its end. */
export function someBytes(content: Content, from: number, size: number): Buffer {
  const wanted = Math.min(size, 64 << 10);
  const parts: Uint8Array[] = [];
  for (const chunk of contentChunks(sliceContent(content, from, from + wanted)))
    parts.push(Uint8Array.from(chunk));
  return Buffer.concat(parts);
}
