/** A simple command of a shell: its words after quotes are removed (POSIX XCU 2.2 and 2.9.1). */
export interface ShellCommand {
  readonly words: readonly string[];
}

/** The value of a variable, or undefined when it is not known. */
export type Lookup = (name: string) => string | undefined;

interface State {
  readonly text: string;
  at: number;
  words: string[];
  word: string | undefined;
  readonly commands: ShellCommand[];
  readonly inner: string[];
  readonly endings: string[];
}

/** Nested substitutions are read again for each level: so many characters more than eight times the text at most. */
const MIN_BUDGET = 1 << 16;

/**
 * The simple commands of a script, with those in `$(…)` and backticks, in no particular order of running.
 * Here-documents and comments are left out. A word with an unknown variable in it is empty.
 */
export function shellCommands(text: string, lookup: Lookup): ShellCommand[] {
  const all: ShellCommand[] = [];
  const todo = [text];
  let left = 8 * text.length + MIN_BUDGET;
  for (let n = 0; n < todo.length && left > 0; n++) {
    const next = todo[n]!;
    left -= next.length;
    const state: State = {
      text: next,
      at: 0,
      words: [],
      word: undefined,
      commands: [],
      inner: [],
      endings: [],
    };
    while (state.at < next.length) step(state, lookup);
    endCommand(state);
    all.push(...state.commands);
    todo.push(...state.inner);
  }
  return all;
}

/** Stands in a word for what is not known; such a word becomes empty. */
const UNKNOWN = '\0';

function step(state: State, lookup: Lookup): void {
  const char = state.text[state.at]!;
  switch (char) {
    case '\n':
      endCommand(state);
      state.at++;
      skipDocuments(state);
      return;
    case ' ':
    case '\t':
    case '\r':
      endWord(state);
      state.at++;
      return;
    case '#':
      if (state.word === undefined) state.at = lineEnd(state);
      else take(state, char);
      return;
    case '\\':
      if (state.text[state.at + 1] !== '\n')
        state.word = (state.word ?? '') + (state.text[state.at + 1] ?? '');
      state.at += 2;
      return;
    case "'":
    case '"':
      quoted(state, char, lookup);
      return;
    case '`':
    case '$':
      substitution(state, lookup);
      return;
    case '<':
    case '>':
      redirection(state);
      return;
    case ';':
    case '&':
    case '|':
    case '(':
    case ')':
      endCommand(state);
      state.at++;
      return;
    default:
      take(state, char);
  }
}

function take(state: State, char: string): void {
  state.word = (state.word ?? '') + char;
  state.at++;
}

function lineEnd(state: State): number {
  const end = state.text.indexOf('\n', state.at);
  return end < 0 ? state.text.length : end;
}

function endWord(state: State): void {
  if (state.word !== undefined) state.words.push(state.word.includes(UNKNOWN) ? '' : state.word);
  state.word = undefined;
}

function endCommand(state: State): void {
  endWord(state);
  if (state.words.length > 0) state.commands.push({ words: state.words });
  state.words = [];
}

function quoted(state: State, quote: string, lookup: Lookup): void {
  state.word ??= '';
  state.at++;
  while (state.at < state.text.length && state.text[state.at] !== quote) {
    const char = state.text[state.at]!;
    if (quote === '"' && (char === '$' || char === '`')) substitution(state, lookup);
    else if (quote === '"' && char === '\\') {
      state.word += state.text[state.at + 1] ?? '';
      state.at += 2;
    } else take(state, char);
  }
  state.at++;
}

function substitution(state: State, lookup: Lookup): void {
  const { text, at } = state;
  if (text[at] === '`') {
    const end = text.indexOf('`', at + 1);
    state.inner.push(text.slice(at + 1, end < 0 ? undefined : end));
    state.at = end < 0 ? text.length : end + 1;
    state.word = `${state.word ?? ''}${UNKNOWN}`;
  } else if (text[at + 1] === '(') {
    const end = closing(text, at + 1, '(', ')');
    state.inner.push(text.slice(at + 2, end));
    state.at = end + 1;
    state.word = `${state.word ?? ''}${UNKNOWN}`;
  } else if (text[at + 1] === '{') {
    const end = closing(text, at + 1, '{', '}');
    state.word = (state.word ?? '') + expand(state, text.slice(at + 2, end), lookup);
    state.at = end + 1;
  } else {
    const name = /^(?:[A-Za-z_]\w*|[0-9@*#?!$-])/.exec(text.slice(at + 1, at + 101))?.[0] ?? '';
    state.word = (state.word ?? '') + (name === '' ? '$' : (lookup(name) ?? UNKNOWN));
    state.at = at + 1 + name.length;
  }
}

/** `${name}`, and the word of `${name:-word}` where the name is not known. */
function expand(state: State, inside: string, lookup: Lookup): string {
  const [, name = '', word] = /^([A-Za-z_]\w*|[0-9@*])(?::?[-=]([\s\S]*))?/.exec(inside) ?? [];
  if (inside.includes('$(') || inside.includes('`')) state.inner.push(`: ${inside.slice(name.length + 2)}`);
  const known =
    name === '' || name.length + (word === undefined ? 0 : inside.length) < inside.length
      ? undefined
      : lookup(name);
  return known ?? (word !== undefined && /^[\w./:=@-]*$/.test(word) ? word : UNKNOWN);
}

/** Where the bracket that opens at `open` is closed; the end of the text when it never is. */
function closing(text: string, open: number, left: string, right: string): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const char = text[at];
    if (char === '\\') at++;
    else if (char === "'") {
      const end = text.indexOf("'", at + 1);
      if (end > 0) at = end;
    } else if (char === left) depth++;
    else if (char === right && --depth === 0) return at;
  }
  return text.length;
}

function redirection(state: State): void {
  if (/^\d+$/.test(state.word ?? '')) state.word = undefined;
  endWord(state);
  const rest = state.text.slice(state.at, state.at + 500);
  const document = /^<<-?[ \t]*(['"\\]?)([A-Za-z_]\w*)['"]?/.exec(rest);
  if (document !== null && !rest.startsWith('<<<')) {
    state.endings.push(document[2]!);
    state.at += document[0].length;
    return;
  }
  if (rest[1] === '(') {
    state.at++;
    return;
  }
  state.at += /^[<>&|]+[ \t]*(?:[^\s;&|()<>"'$`]|\$\w*)*/.exec(rest)?.[0].length ?? 1;
}

function skipDocuments(state: State): void {
  for (let ending = state.endings.shift(); ending !== undefined; ending = state.endings.shift()) {
    while (state.at < state.text.length) {
      const end = lineEnd(state);
      const line = state.text.slice(state.at, end).trim();
      state.at = end + 1;
      if (line === ending) break;
    }
  }
}
