import { lastAtMost, type Span } from '../../../core/text/index.ts';

/** Text put together from parts of a source, such as the lines of one instruction, that still knows where each part was. */
export interface Joined {
  readonly text: string;
  /** Where each piece starts in `text`, ascending. */
  readonly at: readonly number[];
  /** Where each piece starts in the source. */
  readonly from: readonly number[];
}

/** A part of a source as it stands there. */
export function plainText(source: string, { start, end }: Span): Joined {
  return { text: source.slice(start, end), at: [0], from: [start] };
}

/** Parts of a source, one after the other. */
export function joinSpans(source: string, spans: readonly Span[]): Joined {
  const at: number[] = [];
  const parts: string[] = [];
  let length = 0;
  for (const { start, end } of spans) {
    at.push(length);
    parts.push(source.slice(start, end));
    length += end - start;
  }
  return { text: parts.join(''), at, from: spans.map(span => span.start) };
}

/** The offset in the source of a character of the text. */
function sourceOffset({ at, from }: Joined, index: number): number {
  const piece = lastAtMost(at, index);
  return (from[piece] ?? 0) + index - (at[piece] ?? 0);
}

/** The part of the source that holds the characters from `start` to before `end`. */
export function sourceSpan(joined: Joined, start: number, end: number): Span {
  const first = sourceOffset(joined, start);
  return { start: first, end: end <= start ? first : sourceOffset(joined, end - 1) + 1 };
}

/** A part of joined text that still knows its places. */
export function sliceJoined(joined: Joined, start: number, end: number = joined.text.length): Joined {
  const first = lastAtMost(joined.at, start);
  const last = lastAtMost(joined.at, Math.max(start, end - 1));
  const at = joined.at.slice(first, last + 1).map(place => Math.max(0, place - start));
  const from = joined.from.slice(first, last + 1);
  from[0] = sourceOffset(joined, start);
  return { text: joined.text.slice(start, end), at, from };
}
