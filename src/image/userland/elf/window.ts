import { type Content, readContent, sliceContent } from '../../../core/bytes/index.ts';

/** Reads small ranges of content; neighbours come out of one read. */
export interface Window {
  readonly size: number;
  /** The bytes from `at` on, at most `length`, fewer at the end of the content. */
  read(at: number, length: number): Buffer;
  /** The bytes from `at` up to a zero byte, as Latin-1, at most `maxBytes`. */
  text(at: number, maxBytes: number): string;
}

const FIRST_BYTES = 4096;
const READ_BYTES = 16384;
/** Read this much before what was asked for: the names of sections lie just before their headers. */
const BEFORE_BYTES = 2048;

/** Opens a window on content. Nothing is read before the first call. */
export function windowOn(content: Content): Window {
  let start = 0;
  let held: Buffer = Buffer.alloc(0);
  const read = (at: number, length: number): Buffer => {
    if (!(at >= 0 && at < content.size) || length <= 0) return Buffer.alloc(0);
    const end = Math.min(at + length, content.size);
    if (at < start || end > start + held.length) {
      start = at === 0 ? 0 : Math.max(at - BEFORE_BYTES, 0);
      const least = at === 0 ? FIRST_BYTES : READ_BYTES;
      held = readContent(sliceContent(content, start, Math.max(end, start + least)));
    }
    return held.subarray(at - start, end - start);
  };
  const text = (at: number, maxBytes: number): string => textAt(read(at, maxBytes), 0, maxBytes);
  return { size: content.size, read, text };
}

/** The bytes of `from` from `at` up to a zero byte, as Latin-1, at most `maxBytes`. */
export function textAt(from: Buffer, at: number, maxBytes: number): string {
  if (at >= from.length) return '';
  const within = from.subarray(at, at + maxBytes);
  const zero = within.indexOf(0);
  return within.toString('latin1', 0, zero === -1 ? within.length : zero);
}
