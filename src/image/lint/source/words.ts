import type { Span } from '../../../core/text/index.ts';
import { type Joined, sourceSpan } from './joined.ts';

/** A word of an instruction or a command. */
export interface Word {
  /** As written, quotes and escapes included. */
  readonly raw: string;
  /** Without quotes and escapes; variables stay as written. */
  readonly value: string;
  readonly span: Span;
}

/** The words of a text. */
export interface Words {
  readonly words: readonly Word[];
  /** Where a quote was opened and never closed, as an offset in the source. */
  readonly unclosed: number | undefined;
}

const BLANK = /[ \t\r\n]/;

/** Splits at blanks, as BuildKit splits arguments: quotes hold a word together, `escapeMark` takes the next character as it is. */
export function splitWords(joined: Joined, escapeMark: string): Words {
  const { text } = joined;
  const words: Word[] = [];
  let unclosed: number | undefined;
  for (let at = 0; at < text.length; ) {
    if (BLANK.test(text[at] ?? '')) {
      at++;
      continue;
    }
    const read = readWord(text, at, escapeMark);
    if (read.unclosed !== undefined) unclosed ??= sourceSpan(joined, read.unclosed, read.unclosed).start;
    words.push({
      raw: text.slice(at, read.end),
      value: read.value,
      span: sourceSpan(joined, at, read.end),
    });
    at = read.end;
  }
  return { words, unclosed };
}

function readWord(text: string, start: number, escapeMark: string) {
  const parts: string[] = [];
  let quote = '';
  let opened = start;
  let at = start;
  for (; at < text.length; at++) {
    const character = text[at] ?? '';
    if (quote === '' && BLANK.test(character)) break;
    if (quote !== "'" && character === escapeMark && at + 1 < text.length) {
      const next = text[++at] ?? '';
      parts.push(quote === '"' && !'"$'.includes(next) && next !== escapeMark ? character + next : next);
    } else if (character === quote) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) {
      quote = character;
      opened = at;
    } else parts.push(character);
  }
  return { end: at, value: parts.join(''), unclosed: quote === '' ? undefined : opened };
}
