/**
 * A logical line of Python: what the language calls NEWLINE ends it, brackets and backslashes join
 * lines (reference manual, section 2.1). Names, numbers and operators are themselves; a string is
 * `"` and its raw inside, one with a placeholder `{` in it `f"` and its inside.
 */
export interface LogicalLine {
  readonly indent: number;
  readonly tokens: readonly string[];
}

const QUOTE = 34;
const APOSTROPHE = 39;
const NEWLINE = 10;
const BACKSLASH = 92;

/** The logical lines of a source. Comments are gone. It ends on any input, however broken. */
export function* logicalLines(text: string): Generator<LogicalLine, void, undefined> {
  let tokens: string[] = [];
  let indent = 0;
  let depth = 0;
  let column = 0;
  let fresh = true;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === NEWLINE) {
      at++;
      if (depth > 0 && !startsStatement(text, at)) continue;
      depth = 0;
      if (tokens.length > 0) yield { indent, tokens };
      tokens = [];
      column = 0;
      fresh = true;
    } else if (code === 32 || code === 9 || code === 12 || code === 13) {
      at++;
      column = code === 9 ? column + 8 : column + 1;
    } else if (code === 35) {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if (code === BACKSLASH) {
      at += text.startsWith('\r\n', at + 1) ? 3 : 2;
    } else {
      if (fresh) indent = column;
      fresh = false;
      const end = tokenEnd(text, at, code);
      const token = tokenText(text, at, end, code);
      if (token === '(' || token === '[' || token === '{') depth++;
      else if ((token === ')' || token === ']' || token === '}') && depth > 0) depth--;
      tokens.push(token);
      at = end;
    }
  }
  if (tokens.length > 0) yield { indent, tokens };
}

const STATEMENT = /(?:def|class|import)[ \t]+\w|from[ \t]+[\w.]+[ \t]+import\b/y;

/** A statement at the start of a line inside brackets: the brackets were never closed. Better read on. */
function startsStatement(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code !== 100 && code !== 99 && code !== 105 && code !== 102) return false;
  STATEMENT.lastIndex = at;
  return STATEMENT.test(text);
}

function isWord(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code > 127
  );
}

function tokenEnd(text: string, at: number, code: number): number {
  if (code === QUOTE || code === APOSTROPHE) return stringEnd(text, at, code);
  if (!isWord(code)) return at + 1;
  let end = at + 1;
  while (end < text.length && isWord(text.charCodeAt(end))) end++;
  const next = text.charCodeAt(end);
  if ((next === QUOTE || next === APOSTROPHE) && end - at <= 2 && PREFIX.test(text.slice(at, end)))
    return stringEnd(text, end, next);
  return end;
}

const PREFIX = /^[rbuft]{1,2}$/i;

function stringEnd(text: string, at: number, quote: number): number {
  const triple = text.charCodeAt(at + 1) === quote && text.charCodeAt(at + 2) === quote;
  let end = at + (triple ? 3 : 1);
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === BACKSLASH) end++;
    else if (!triple && (code === quote || code === NEWLINE)) return code === quote ? end + 1 : end;
    else if (code === quote && text.charCodeAt(end + 1) === quote && text.charCodeAt(end + 2) === quote)
      return end + 3;
  }
  return text.length;
}

function tokenText(text: string, at: number, end: number, code: number): string {
  const token = text.slice(at, end);
  if (end - at < 2) return token;
  const last = text.charCodeAt(end - 1);
  if (code !== QUOTE && code !== APOSTROPHE && last !== QUOTE && last !== APOSTROPHE) return token;
  const start = token.search(/["']/);
  const prefix = token.slice(0, start).toLowerCase();
  const width = token.startsWith('"""', start) || token.startsWith("'''", start) ? 3 : 1;
  const inside = token.slice(start + width, Math.max(start + width, token.length - width));
  return prefix.includes('f') && inside.includes('{') ? `f"${inside}` : `"${inside}`;
}
