import { type Content, contentChunks, sliceContent } from '../../../core/bytes/index.ts';
import { FLAG, openElf, SECTION, SEGMENT } from './headers.ts';

/** The limits of a search. */
export interface FindLimits {
  /** How many different strings are given at most; 10 000 unless told. */
  readonly maxResults?: number;
  /** How many bytes are looked through at most; 1 GiB unless told. */
  readonly maxBytes?: number;
}

/** A match that is longer than this may be cut. */
const OVERLAP = 4096;
/** What a look-behind of the pattern can see at the seam of two chunks. */
const CONTEXT = 64;

/**
 * The different strings in the constant data of an ELF file that match `pattern`, in order of their
 * first appearance. The data is read as Latin-1, in chunks; strings of C end in `\0`, those of Go and
 * Rust in nothing, so the pattern itself must say what a string may hold. A file that is not ELF is
 * searched whole. Matches up to 4096 bytes are found whole.
 *
 * @throws SampanError only when the content itself cannot be read.
 */
export function findStrings(content: Content, pattern: RegExp, limits: FindLimits = {}): readonly string[] {
  const maxResults = limits.maxResults ?? 10_000;
  const maxBytes = limits.maxBytes ?? 1 << 30;
  const global = new RegExp(pattern.source, `${pattern.flags.replace(/[gy]/g, '')}g`);
  const found = new Set<string>();
  let left = maxBytes;
  for (const range of dataRanges(content)) {
    const part = sliceContent(content, range.from, Math.min(range.to, range.from + left));
    left -= part.size;
    for (const text of matchesIn(part, global)) {
      found.add(text);
      if (found.size >= maxResults) return [...found];
    }
  }
  return [...found];
}

/** Absolute paths as they stand in constant data: `/usr/share/zoneinfo`, `/etc/ssl/certs`. */
export const ABSOLUTE_PATH = /(?<![\w./+-])\/[A-Za-z_.][\w.+@%$~-]+(?:\/[\w.+@%$~-]+)*\/?/;

/** Names that look like those of shared libraries: `libssl.so.3`. */
export const LIBRARY_NAME = /(?<![\w.+-])lib[A-Za-z0-9_+.-]{1,100}?\.so(?:\.\d{1,9}){0,4}(?![\w.+-])/;

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Where constants are, in order, without overlap. */
function dataRanges(content: Content): Range[] {
  const headers = openElf(content)?.headers;
  if (headers === undefined) return [{ from: 0, to: content.size }];
  const data = headers.sections.filter(
    s => s.type === SECTION.progbits && (s.flags & FLAG.alloc) !== 0 && (s.flags & FLAG.execute) === 0,
  );
  const ranges = data.filter(s => !isTable(s.name)).map(s => ({ from: s.offset, to: s.offset + s.size }));
  if (ranges.length > 0) return merged(ranges);
  const loads = headers.segments.filter(s => s.type === SEGMENT.load && s.fileSize > 0);
  return merged(loads.map(s => ({ from: s.offset, to: s.offset + s.fileSize })));
}

/** Data that holds no text, and is big. */
function isTable(name: string): boolean {
  return /^\.(eh_frame|gcc_except_table|gopclntab|typelink|itablink|got)/.test(name);
}

function merged(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last !== undefined && range.from < last.to) {
      result[result.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
    } else result.push(range);
  }
  return result;
}

function* matchesIn(content: Content, global: RegExp): Generator<string> {
  let text = '';
  let from = 0;
  let seen = 0;
  for (const chunk of pieces(content)) {
    seen += chunk.length;
    text += chunk;
    const settled = seen >= content.size ? text.length : text.length - OVERLAP;
    from = yield* matchesBefore(text, global, { from, settled });
    const cut = Math.max(from - CONTEXT, 0);
    text = text.slice(cut);
    from -= cut;
  }
}

/** Yields what matches before `settled` and returns from where to look again. */
function* matchesBefore(
  text: string,
  global: RegExp,
  where: { readonly from: number; readonly settled: number },
): Generator<string, number> {
  global.lastIndex = where.from;
  for (let match = global.exec(text); match !== null; match = global.exec(text)) {
    if (match.index >= where.settled) break;
    yield match[0];
    if (match[0] === '') global.lastIndex++;
    where = { from: global.lastIndex, settled: where.settled };
  }
  return Math.max(where.from, where.settled, 0);
}

const PIECE_BYTES = 1 << 20;

function* pieces(content: Content): Generator<string> {
  for (const chunk of contentChunks(content)) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let at = 0; at < bytes.length; at += PIECE_BYTES)
      yield bytes.toString('latin1', at, at + PIECE_BYTES);
  }
}
