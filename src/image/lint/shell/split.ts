import { type Joined, sourceSpan, type Word } from '../source/index.ts';
import type { Command, Operator } from './command.ts';
import { shellTokens, type Token } from './tokens.ts';

const OPENING: ReadonlySet<string> = new Set(['if', 'while', 'until', 'for', 'case', '{']);
const CLOSING: ReadonlySet<string> = new Set(['fi', 'done', 'esac', '}']);
const BETWEEN: ReadonlySet<string> = new Set(['then', 'do', 'else', 'elif', '!', 'time']);
const WRAPPERS: ReadonlySet<string> = new Set([
  'sudo',
  'doas',
  'env',
  'exec',
  'command',
  'nice',
  'nohup',
  'eatmydata',
]);
const ASSIGNMENT = /^[A-Za-z_]\w*\+?=/;

/** The commands of a shell script in their order. Command substitutions within words are left as they are. */
export function splitShell(script: Joined): Command[] {
  const commands: Command[] = [];
  let tokens: Token[] = [];
  let before: Operator = '';
  let depth = 0;
  const finish = (after: Operator, at: number) => {
    const made = makeCommand(script, tokens, { before, after, at, depth });
    depth = made.depth;
    if (made.command !== undefined) commands.push(made.command);
    tokens = [];
    if (after === '(') depth++;
    if (after === ')') depth = Math.max(0, depth - 1);
    before = after;
  };
  for (const token of shellTokens(script.text)) {
    if (token.kind === 'operator') finish(operatorOf(token.value), token.start);
    else tokens.push(token);
  }
  finish('', script.text.length);
  return commands;
}

function operatorOf(text: string): Operator {
  if (text === ';;') return ';';
  if (text === '|&') return '|';
  const known: readonly Operator[] = ['&&', '||', ';', '|', '&', '\n', '(', ')'];
  return known.find(operator => operator === text) ?? ';';
}

interface Around {
  readonly before: Operator;
  readonly after: Operator;
  readonly at: number;
  readonly depth: number;
}

function makeCommand(
  script: Joined,
  tokens: readonly Token[],
  around: Around,
): { readonly command: Command | undefined; readonly depth: number } {
  let { depth } = around;
  let first = 0;
  for (; first < tokens.length; first++) {
    const { kind, value } = tokens[first]!;
    if (kind !== 'word') break;
    if (OPENING.has(value)) depth++;
    else if (CLOSING.has(value)) depth = Math.max(0, depth - 1);
    else if (!BETWEEN.has(value)) break;
    // What follows is a list of words and not a command.
    if (value === 'for' || value === 'case') return { command: undefined, depth };
  }
  const rest = tokens.slice(first);
  if (rest.length === 0) return { command: undefined, depth };
  return { command: commandOf(script, rest, { ...around, depth }), depth };
}

function commandOf(script: Joined, tokens: readonly Token[], around: Around): Command | undefined {
  const { words, redirects } = apart(script, tokens);
  const { assignments, wrappers, rest } = unwrap(words);
  const [program] = rest;
  if (program === undefined && assignments.length === 0 && wrappers.length === 0) return undefined;
  const operatorLength = around.after === '&&' || around.after === '||' ? 2 : around.after === '' ? 0 : 1;
  return {
    name: (program?.value ?? '').replace(/^.*\//s, ''),
    words: rest,
    assignments,
    wrappers,
    redirects,
    before: around.before,
    after: around.after,
    afterSpan: sourceSpan(script, around.at, around.at + operatorLength),
    span: sourceSpan(script, tokens[0]?.start ?? 0, tokens.at(-1)?.end ?? 0),
    depth: around.depth,
  };
}

function apart(script: Joined, tokens: readonly Token[]) {
  const words: Word[] = [];
  const redirects: Word[] = [];
  let toRedirect = false;
  for (const { kind, start, end, value } of tokens) {
    if (kind === 'redirect') {
      toRedirect = true;
      continue;
    }
    const word = { raw: script.text.slice(start, end), value, span: sourceSpan(script, start, end) };
    (toRedirect ? redirects : words).push(word);
    toRedirect = false;
  }
  return { words, redirects };
}

function unwrap(words: readonly Word[]) {
  const assignments: Word[] = [];
  const wrappers: Word[] = [];
  let at = 0;
  for (; at < words.length; at++) {
    const word = words[at]!;
    if (ASSIGNMENT.test(word.raw)) assignments.push(word);
    else if (WRAPPERS.has(word.value)) wrappers.push(word);
    // The options of `sudo -E` and `env -i`; those that take a value are rare in builds.
    else if (wrappers.length === 0 || !word.value.startsWith('-')) break;
  }
  return { assignments, wrappers, rest: words.slice(at) };
}
