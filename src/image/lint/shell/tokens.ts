/** A piece of a shell script. Offsets are in the text given. */
export interface Token {
  readonly kind: 'word' | 'operator' | 'redirect';
  readonly start: number;
  readonly end: number;
  /** For a word: without quotes and escapes. For the rest: as written. */
  readonly value: string;
}

const OPERATORS = ['&&', '||', ';;', '|&', ';', '|', '&', '(', ')', '\n'] as const;
const REDIRECT = /\d*(?:&>>?|>>|>&|>\||<<-|<<<|<<|<&|<>|>|<)/y;
const SPECIAL = /[\s;&|()<>]/;

/** Cuts a script into words, operators and redirections. Never fails: what makes no sense becomes words. */
export function* shellTokens(text: string): Generator<Token, void, undefined> {
  for (let at = 0; at < text.length; ) {
    const next = nextToken(text, at);
    if (next.value !== undefined) yield { ...next, value: next.value };
    at = next.end;
  }
}

interface Next {
  readonly kind: Token['kind'];
  readonly start: number;
  readonly end: number;
  /** Undefined for what is no token: blanks and comments. */
  readonly value: string | undefined;
}

function nextToken(text: string, at: number): Next {
  const character = text[at] ?? '';
  const none = (end: number): Next => ({ kind: 'word', start: at, end, value: undefined });
  if (character === '\\' && /^\\\r?\n/.test(text.slice(at, at + 3))) return none(text.indexOf('\n', at) + 1);
  if (character !== '\n' && /\s/.test(character)) return none(at + 1);
  if (character === '#') return none(lineEnd(text, at));
  REDIRECT.lastIndex = at;
  const redirect = REDIRECT.exec(text)?.[0];
  if (redirect !== undefined)
    return { kind: 'redirect', start: at, end: at + redirect.length, value: redirect };
  const operator = OPERATORS.find(candidate => text.startsWith(candidate, at));
  if (operator !== undefined)
    return { kind: 'operator', start: at, end: at + operator.length, value: operator };
  return readWord(text, at);
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

function readWord(text: string, start: number): Next {
  const parts: string[] = [];
  let at = start;
  while (at < text.length && !SPECIAL.test(text[at] ?? '')) {
    const part = readPart(text, at);
    parts.push(part.value);
    at = part.end;
  }
  return { kind: 'word', start, end: at, value: parts.join('') };
}

function readPart(text: string, at: number): { readonly end: number; readonly value: string } {
  const character = text[at] ?? '';
  const verbatim = (end: number) => ({ end: Math.min(end, text.length), value: text.slice(at, end) });
  switch (character) {
    case '\\':
      return { end: Math.min(at + 2, text.length), value: text.slice(at + 1, at + 2) };
    case "'": {
      const end = closing(text, at + 1, "'");
      return { end: Math.min(end + 1, text.length), value: text.slice(at + 1, end) };
    }
    case '"':
      return readQuoted(text, at + 1);
    case '`':
      return verbatim(closing(text, at + 1, '`') + 1);
    case '$':
      return text[at + 1] === '('
        ? verbatim(closeParenthesis(text, at + 2))
        : verbatim(endOfVariable(text, at));
    default:
      return verbatim(at + 1);
  }
}

function closing(text: string, from: number, quote: string): number {
  const end = text.indexOf(quote, from);
  return end < 0 ? text.length : end;
}

function endOfVariable(text: string, at: number): number {
  return text[at + 1] === '{' ? closing(text, at, '}') + 1 : at + 1;
}

function readQuoted(text: string, start: number): { readonly end: number; readonly value: string } {
  const parts: string[] = [];
  let at = start;
  while (at < text.length && text[at] !== '"') {
    if (text[at] === '\\' && '"\\$`\n'.includes(text[at + 1] ?? 'x')) {
      parts.push(text[at + 1] ?? '');
      at += 2;
    } else {
      const end = text.startsWith('$(', at) ? closeParenthesis(text, at + 2) : at + 1;
      parts.push(text.slice(at, end));
      at = end;
    }
  }
  return { end: Math.min(at + 1, text.length), value: parts.join('') };
}

/** The offset after the parenthesis that closes one opened before `from`. */
function closeParenthesis(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === "'") at = closing(text, at + 1, "'");
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return at + 1;
  }
  return text.length;
}
