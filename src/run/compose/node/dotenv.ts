import { interpolate, type Variables } from './interpolate.ts';

/** What is wrong in a file of variables. */
export interface EnvFileProblem {
  readonly line: number;
  readonly message: string;
}

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*(?:([=:])\s*(.*))?$/s;

/**
 * Reads a file of `NAME=value` lines: comments, `export`, single quotes (as they are), double quotes (escapes and
 * variables, over several lines), bare values (variables; a comment after a blank ends them). A name without a
 * value is undefined: it is taken from outside. (Compose Specification, "env_file format")
 */
export function parseEnvFile(
  text: string,
  variables: Variables,
): {
  readonly values: ReadonlyMap<string, string | undefined>;
  /** Where each value begins, from 1. */
  readonly lines: ReadonlyMap<string, number>;
  readonly problems: readonly EnvFileProblem[];
} {
  const values = new Map<string, string | undefined>();
  const begins = new Map<string, number>();
  const problems: EnvFileProblem[] = [];
  const known: Variables = name => values.get(name) ?? variables(name);
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  for (let index = 0; index < lines.length; index++) {
    const start = index;
    let line = lines[index] ?? '';
    if (/^\s*(#|$)/.test(line)) continue;
    while (isOpen(line) && index + 1 < lines.length) line += `\n${lines[++index]}`;
    const match = ASSIGNMENT.exec(line);
    const [, name = '', sign, raw = ''] = match ?? [];
    const value =
      match === null
        ? { message: 'this is no NAME=value' }
        : sign === undefined
          ? undefined
          : valueIn(raw, known);
    if (typeof value === 'object') problems.push({ line: start + 1, message: value.message });
    else {
      values.set(name, value);
      begins.set(name, start + 1);
    }
  }
  return { values, lines: begins, problems };
}

/** A quote was opened and not closed yet. */
function isOpen(line: string): boolean {
  const quote = /^[^=:]*[=:]\s*(["'])/.exec(line);
  if (quote === null) return false;
  const [opening, mark = ''] = quote;
  return !closes(line, opening.length, mark);
}

function closes(line: string, from: number, mark: string): boolean {
  for (let at = from; at < line.length; at++) {
    if (line[at] === '\\' && mark === '"') at++;
    else if (line[at] === mark) return true;
  }
  return false;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '"': '"',
  '\\': '\\',
  $: '$$',
};

function valueIn(raw: string, variables: Variables): string | { readonly message: string } {
  const mark = raw[0];
  if (mark === "'") return raw.slice(1).split("'")[0] ?? '';
  if (mark === '"') {
    const inner = /^"((?:[^"\\]|\\.)*)"/s.exec(raw)?.[1];
    if (inner === undefined) return { message: 'a quote is not closed' };
    return interpolate(
      inner.replace(/\\(.)/gs, (all, letter: string) => ESCAPES[letter] ?? all),
      variables,
    );
  }
  return interpolate(raw.replace(/\s+#.*$/s, '').trim(), variables);
}
