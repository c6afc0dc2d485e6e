/**
 * The parts of a JavaScript or TypeScript source near the words that load something. A string is `"` and its
 * raw inside, a template with a placeholder `t"` and what is before that; words and signs are themselves; an
 * empty token stands for what was left out between.
 */
export interface Excerpt {
  readonly tokens: readonly string[];
  /** False when a comment or template never ends: then the reader went astray. */
  readonly sound: boolean;
}

interface Lexer {
  readonly text: string;
  readonly wanted: (word: string) => boolean;
  readonly tokens: string[];
  /** How many more tokens are written down. */
  left: number;
  at: number;
  /** A `/` begins a regular expression here, not a division. */
  regex: boolean;
  /** For each open bracket: whether a `/` after it begins a regular expression; for braces: whether a template waits. */
  readonly parens: boolean[];
  readonly braces: boolean[];
  word: string;
  sound: boolean;
}

const WINDOW = 60;
const BEFORE_REGEX = new Set(
  'return typeof case in of do else void delete throw new instanceof yield await'.split(' '),
);

/** Reads a source once. Ends on any input (ECMA-262, section 12, as far as it is needed to skip comments and strings). */
export function excerpt(text: string, wanted: (word: string) => boolean): Excerpt {
  const lexer: Lexer = {
    text,
    wanted,
    tokens: [],
    left: 0,
    at: 0,
    regex: true,
    parens: [],
    braces: [],
    word: '',
    sound: true,
  };
  while (lexer.at < text.length) step(lexer, text.charCodeAt(lexer.at));
  return { tokens: lexer.tokens, sound: lexer.sound && !lexer.braces.includes(true) };
}

function step(lexer: Lexer, code: number): void {
  if (code <= 32) lexer.at++;
  else if (isWord(code)) word(lexer);
  else if (code === 34 || code === 39) string(lexer, code);
  else if (code === 96) template(lexer, lexer.at + 1);
  else if (code === 47) slash(lexer);
  else sign(lexer, code);
}

function isWord(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 36 ||
    code > 127
  );
}

function emit(lexer: Lexer, token: string): void {
  if (lexer.left <= 0) return;
  lexer.tokens.push(--lexer.left === 0 ? '' : token);
}

function word(lexer: Lexer): void {
  const { text, at } = lexer;
  const before = text[at - 1] === '.' ? '.' : lexer.word;
  let end = at + 1;
  while (end < text.length && isWord(text.charCodeAt(end))) end++;
  lexer.word = text.slice(at, end);
  lexer.at = end;
  lexer.regex = BEFORE_REGEX.has(lexer.word);
  if (lexer.wanted(lexer.word)) {
    if (lexer.left === 0) lexer.tokens.push(before);
    lexer.left = WINDOW;
  }
  emit(lexer, lexer.word);
}

function string(lexer: Lexer, quote: number): void {
  const { text, at } = lexer;
  let end = at + 1;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === 92) end++;
    else if (code === quote || code === 10) break;
  }
  lexer.at = Math.min(end + 1, text.length);
  lexer.regex = false;
  emit(lexer, lexer.left > 0 ? `"${text.slice(at + 1, end)}` : '');
}

/** From `start`, inside a template, to its end or its next placeholder. */
function template(lexer: Lexer, start: number): void {
  const { text } = lexer;
  const first = text.charCodeAt(lexer.at) === 96;
  let end = start;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === 92) end++;
    else if (code === 96) break;
    else if (code === 36 && text.charCodeAt(end + 1) === 123) {
      if (first) emit(lexer, lexer.left > 0 ? `t"${text.slice(start, end)}` : '');
      lexer.braces.push(true);
      lexer.at = end + 2;
      lexer.regex = true;
      return;
    }
  }
  if (end >= text.length) lexer.sound = false;
  if (first) emit(lexer, lexer.left > 0 ? `"${text.slice(start, end)}` : '');
  lexer.at = Math.min(end + 1, text.length);
  lexer.regex = false;
}

function slash(lexer: Lexer): void {
  const { text, at } = lexer;
  const next = text[at + 1];
  if (next === '/') {
    const end = text.indexOf('\n', at);
    lexer.at = end < 0 ? text.length : end;
  } else if (next === '*') {
    const end = text.indexOf('*/', at + 2);
    if (end < 0) lexer.sound = false;
    lexer.at = end < 0 ? text.length : end + 2;
  } else if (lexer.regex && regularExpression(lexer)) lexer.regex = false;
  else sign(lexer, 47);
}

/** Skips a regular expression; false when it does not end in its line. */
function regularExpression(lexer: Lexer): boolean {
  const { text, at } = lexer;
  let inClass = false;
  for (let end = at + 1; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === 10) return false;
    if (code === 92) end++;
    else if (code === 91) inClass = true;
    else if (code === 93) inClass = false;
    else if (code === 47 && !inClass) {
      lexer.at = end + 1;
      emit(lexer, '/');
      return true;
    }
  }
  return false;
}

const BEFORE_CONDITION = new Set(['if', 'while', 'for', 'with']);

function sign(lexer: Lexer, code: number): void {
  if (code === 125 && lexer.braces.pop() === true) {
    template(lexer, lexer.at + 1);
    return;
  }
  lexer.regex = true;
  if (code === 40) lexer.parens.push(BEFORE_CONDITION.has(lexer.word));
  else if (code === 41) lexer.regex = lexer.parens.pop() ?? false;
  else if (code === 93) lexer.regex = false;
  else if (code === 123) lexer.braces.push(false);
  lexer.word = '';
  emit(lexer, lexer.left > 0 ? lexer.text[lexer.at]! : '');
  lexer.at++;
}
