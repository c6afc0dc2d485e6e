import { formatCount, pad, truncate, widthOf } from '../output/index.ts';

/**
 * What a part of a line means: the terminal says how it looks. `bar` is the title; `chosen` and `kept` are what is
 * chosen, in the pane where the keys go and in the other one.
 */
export type Tone =
  | 'plain'
  | 'strong'
  | 'faint'
  | 'heading'
  | 'bar'
  | 'chosen'
  | 'kept'
  | 'added'
  | 'changed'
  | 'removed'
  | 'waste';

/** A part of a line. It has no control characters in it. */
export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** A line of a screen. */
export type Line = readonly Span[];

/** Text without a meaning of its own. */
export function plain(text: string): Span {
  return { text, tone: 'plain' };
}

/** A line that is exactly `columns` wide: cut, or filled in the tone of its last part. */
export function line(spans: Line, columns: number): Line {
  const fitted: Span[] = [];
  let left = columns;
  for (const { text, tone } of spans) {
    if (left <= 0) break;
    const cut = truncate(text, left);
    fitted.push({ text: cut, tone });
    left -= widthOf(cut);
  }
  if (left <= 0) return fitted;
  const last = fitted.at(-1);
  const isBand = last?.tone === 'chosen' || last?.tone === 'bar';
  return [...fitted, { text: pad('', left), tone: isBand ? last.tone : 'plain' }];
}

/** All of a line in one tone. */
export function inTone(spans: Line, tone: Tone): Line {
  return spans.map(({ text }) => ({ text, tone }));
}

/** `1 file`, `57 443 files`. */
export function countOf(files: number): string {
  return `${formatCount(files)} ${files === 1 ? 'file' : 'files'}`;
}
