/** A part of a text: offsets in UTF-16 units, the end excluded. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A place as people count: both from 1; columns are UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A text with its lines found. */
export interface SourceText {
  readonly path: string;
  readonly text: string;
  /** Offsets at which lines start; the first is 0. */
  readonly lineStarts: readonly number[];
  /** The line break that it uses most: what an inserted line ends with. */
  readonly lineBreak: '\n' | '\r\n';
}

/** Finds the lines of a text. A byte order mark stays part of it, so that offsets are those of the file. */
export function sourceText(path: string, text: string): SourceText {
  const lineStarts = [0];
  let returns = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    lineStarts.push(at + 1);
    if (text[at - 1] === '\r') returns++;
  }
  return { path, text, lineStarts, lineBreak: returns * 2 > lineStarts.length ? '\r\n' : '\n' };
}

/** The place of an offset; an offset after the end is the end. */
export function positionAt({ lineStarts, text }: SourceText, offset: number): Position {
  const at = Math.min(Math.max(offset, 0), text.length);
  const index = lastAtMost(lineStarts, at);
  return { line: index + 1, column: at - (lineStarts[index] ?? 0) + 1 };
}

/** The part that a line (from 1) takes, without its line break. */
export function lineSpan({ lineStarts, text }: SourceText, line: number): Span {
  const start = lineStarts[line - 1] ?? text.length;
  const next = lineStarts[line] ?? text.length + 1;
  const end = Math.max(start, next - 1);
  return { start, end: end > start && text[end - 1] === '\r' ? end - 1 : end };
}

/** The index of the last number that is not more than `value` in an ascending list; 0 for an empty one. */
export function lastAtMost(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
