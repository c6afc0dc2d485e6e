/** Looks a variable up; undefined when it is not set. */
export type Variables = (name: string) => string | undefined;

/** What is wrong with a text that has variables. */
export interface InterpolationProblem {
  readonly message: string;
  readonly remedy?: string;
}

const MAX_LENGTH = 1 << 20;
const MAX_DEPTH = 16;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;

/**
 * Replaces `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}`, `${NAME?message}`,
 * `${NAME:+instead}` and `${NAME+instead}`; `$$` is one dollar sign. Defaults may have variables themselves.
 * A variable that is not set is empty. (Compose Specification, "Interpolation")
 */
export function interpolate(
  text: string,
  variables: Variables,
  unset: (name: string) => void = () => {},
): string | InterpolationProblem {
  try {
    const { result } = part({ text, variables, unset }, 0, 0);
    return result;
  } catch (error) {
    if (error instanceof Wrong) return error.problem;
    throw error;
  }
}

class Wrong extends Error {
  readonly problem: InterpolationProblem;

  constructor(message: string, remedy?: string) {
    super(message);
    this.problem = remedy === undefined ? { message } : { message, remedy };
  }
}

interface Reading {
  readonly text: string;
  readonly variables: Variables;
  /** Told of each variable that is replaced by nothing. */
  readonly unset: (name: string) => void;
}

/** Up to the closing brace when it is within one (`depth` > 0), else to the end. */
function part(
  reading: Reading,
  from: number,
  depth: number,
): { readonly result: string; readonly next: number } {
  if (depth > MAX_DEPTH) throw new Wrong(`variables stand within variables more than ${MAX_DEPTH} deep`);
  const { text } = reading;
  let result = '';
  let at = from;
  while (at < text.length) {
    if (depth > 0 && text[at] === '}') return { result, next: at };
    if (text[at] !== '$') {
      result += text[at++];
      continue;
    }
    const variable = dollar(reading, at, depth);
    result += variable.result;
    at = variable.next;
    if (result.length > MAX_LENGTH)
      throw new Wrong(`with its variables it is longer than ${MAX_LENGTH} characters`);
  }
  if (depth > 0) throw new Wrong('a ${ is not closed', 'add the }, or write $$ for a dollar sign');
  return { result, next: at };
}

function dollar(
  reading: Reading,
  at: number,
  depth: number,
): { readonly result: string; readonly next: number } {
  const { text } = reading;
  if (text[at + 1] === '$') return { result: '$', next: at + 2 };
  const isBraced = text[at + 1] === '{';
  const name = nameAt(text, at + (isBraced ? 2 : 1));
  if (name === undefined)
    throw new Wrong(`no variable name follows the $ at character ${at + 1}`, 'write $$ for a dollar sign');
  if (!isBraced) return { result: plain(reading, name), next: at + 1 + name.length };
  return braced(reading, name, { at: at + 2 + name.length, depth });
}

function plain({ variables, unset }: Reading, name: string): string {
  const value = variables(name);
  if (value === undefined) unset(name);
  return value ?? '';
}

function nameAt(text: string, at: number): string | undefined {
  NAME.lastIndex = at;
  return NAME.exec(text)?.[0];
}

function braced(
  reading: Reading,
  name: string,
  { at, depth }: { readonly at: number; readonly depth: number },
): { readonly result: string; readonly next: number } {
  const { text, variables } = reading;
  const value = variables(name);
  if (text[at] === '}') return { result: plain(reading, name), next: at + 1 };
  const hasColon = text[at] === ':';
  const operator = text[hasColon ? at + 1 : at];
  if (operator !== '-' && operator !== '?' && operator !== '+')
    throw new Wrong(`\${${name} is not closed, or followed by something else than :-, :? or :+`);
  const { result: word, next } = part(reading, at + (hasColon ? 2 : 1), depth + 1);
  const isThere = value !== undefined && !(hasColon && value === '');
  if (operator === '+') return { result: isThere ? word : '', next: next + 1 };
  if (isThere) return { result: value, next: next + 1 };
  if (operator === '-') return { result: word, next: next + 1 };
  throw new Wrong(
    `the variable ${name} is not set${word === '' ? '' : `: ${word}`}`,
    `set ${name} in the environment or in .env`,
  );
}
