import type { Command } from '../view/index.ts';

/** Where the calls of a source are collected. */
export interface Calls {
  readonly named: string[];
  readonly computed: string[];
  readonly libraries: string[];
  readonly commands: Command[];
  readonly entryPoints: string[];
}

/** Tokens of a call that are read. */
const MAX_ARGUMENTS = 200;

type Kind = 'import' | 'library' | 'command' | 'shell' | 'entry';

const CALLS: ReadonlyMap<string, Kind> = new Map([
  ...kind('import', '__import__ import_module import_string load_module import_by_path run_module find_spec'),
  ...kind('library', 'CDLL PyDLL WinDLL LoadLibrary find_library dlopen'),
  ...kind(
    'command',
    'run call check_call check_output Popen create_subprocess_exec which execv execvp execl execlp',
  ),
  ...kind('command', 'execvpe spawn spawnv spawnlp spawnvp posix_spawn posix_spawnp'),
  ...kind('shell', 'system popen getoutput getstatusoutput create_subprocess_shell'),
  ...kind('entry', 'entry_points iter_entry_points'),
]);

function kind(of: Kind, names: string): [string, Kind][] {
  return names.split(' ').map(name => [name, of]);
}

/** Reads the call whose name is `tokens[at]`, if it is one that loads or runs something. */
export function readCall(calls: Calls, tokens: readonly string[], at: number): void {
  const called = CALLS.get(tokens[at]!);
  if (called === undefined) return;
  const inside = callArguments(tokens, at + 1);
  const first = inside[0] ?? [];
  const literal = literalOf(first);
  switch (called) {
    case 'import':
      readImportCall(calls, tokens[at]!, inside);
      break;
    case 'library':
      if (literal !== undefined) calls.libraries.push(literal);
      if (tokens[at] === 'find_library') calls.commands.push({ argv: ['/sbin/ldconfig'] });
      break;
    case 'command':
      calls.commands.push(...commandOf(inside));
      break;
    case 'shell':
      if (literal !== undefined) calls.commands.push({ argv: ['/bin/sh', '-c', literal] });
      break;
    case 'entry':
      calls.entryPoints.push(groupOf(inside));
  }
}

function readImportCall(calls: Calls, name: string, inside: readonly (readonly string[])[]): void {
  const first = inside[0] ?? [];
  const literal = literalOf(first);
  if (literal !== undefined) {
    calls.named.push(literal);
    return;
  }
  if (name === 'find_spec' || name === 'load_module' || first.length === 0) return;
  calls.computed.push(prefixOf(first));
}

/** How a computed name begins: `"a.b." + x`, `f"a.b.{x}"`, `"a.%s" % x`, `__name__ + …`. */
function prefixOf(tokens: readonly string[]): string {
  const first = tokens[0] ?? '';
  if (first === '__name__' || first === '__package__') return '.';
  if (!first.startsWith('"') && !first.startsWith('f"')) return '';
  const text = first.slice(first.indexOf('"') + 1);
  if (/^\{__(?:name|package)__\}/.test(text)) return '.';
  const written = /^[\w.]*/.exec(text)?.[0] ?? '';
  return written.slice(0, written.lastIndexOf('.') + 1);
}

function groupOf(inside: readonly (readonly string[])[]): string {
  for (const argument of inside) {
    const named = argument[0] === 'group' && argument[1] === '=';
    const literal = literalOf(named ? argument.slice(2) : argument);
    if (literal !== undefined) return literal;
  }
  return '*';
}

/** The arguments of the call whose bracket opens at `open`, each as its tokens. */
function callArguments(tokens: readonly string[], open: number): string[][] {
  const all: string[][] = [[]];
  let depth = 0;
  for (let at = open; at < tokens.length && at < open + MAX_ARGUMENTS; at++) {
    const token = tokens[at]!;
    if (token === '(' || token === '[' || token === '{') depth++;
    if (token === ')' || token === ']' || token === '}') depth--;
    if (depth === 0) break;
    if (depth === 1 && token === ',') all.push([]);
    else if (at > open) all.at(-1)!.push(token);
  }
  return all;
}

/** The text of an argument that is one literal, or several side by side. */
function literalOf(tokens: readonly string[]): string | undefined {
  if (tokens.length === 0 || !tokens.every(token => token.startsWith('"'))) return undefined;
  return tokens.map(token => token.slice(1)).join('');
}

function commandOf(inside: readonly (readonly string[])[]): Command[] {
  const first = inside[0] ?? [];
  const literal = literalOf(first);
  if (literal !== undefined) {
    const shell = inside.some(argument => argument[0] === 'shell' && argument[2] === 'True');
    return [{ argv: shell ? ['/bin/sh', '-c', literal] : [literal] }];
  }
  if (first[0] !== '[' && first[0] !== '(') return [];
  const words = callArguments(first, 0).map(wordOf);
  return words[0] === '' || words[0] === undefined ? [] : [{ argv: words }];
}

function wordOf(tokens: readonly string[]): string {
  if (tokens.join('') === 'sys.executable') return 'python3';
  return literalOf(tokens) ?? '';
}
