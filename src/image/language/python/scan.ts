import type { Command } from '../view/index.ts';
import { readCall } from './calls.ts';
import { logicalLines } from './tokens.ts';

/** One `import` or `from … import`. */
export interface ImportStatement {
  /** As written, with its leading dots: `..pkg.mod`. */
  readonly module: string;
  /** The names of a `from`; none for a plain `import`. `*` is one. */
  readonly names: readonly string[];
  /** Inside a function: run only when that is called. */
  readonly deferred: boolean;
  /** In a block that is only run by type checkers, or only when the file itself is the program. */
  readonly block: Block;
}

/** What a line stands in. */
export type Block = 'plain' | 'typing' | 'main';

/** What a Python source says about what it loads. */
export interface PythonSource {
  readonly imports: readonly ImportStatement[];
  /** Modules that a call imports by a literal name, dots and all. */
  readonly named: readonly string[];
  /** For each call with a computed name, how it begins as far as that is written down; `.` for the own package. */
  readonly computed: readonly string[];
  readonly libraries: readonly string[];
  readonly commands: readonly Command[];
  /** Groups of entry points that it asks for; `*` when the group is computed. */
  readonly entryPoints: readonly string[];
  /** String literals that look like dotted names. */
  readonly strings: readonly string[];
  /** A submodule is loaded when it is first asked for (PEP 562). */
  readonly lazy: boolean;
}

interface Draft {
  imports: ImportStatement[];
  named: string[];
  computed: string[];
  libraries: string[];
  commands: Command[];
  entryPoints: string[];
  strings: Set<string>;
  lazy: boolean;
}

/** Reads a source. Never throws; broken code gives what can be made of it. */
export function scanPython(text: string): PythonSource {
  const draft: Draft = {
    imports: [],
    named: [],
    computed: [],
    libraries: [],
    commands: [],
    entryPoints: [],
    strings: new Set(),
    lazy: false,
  };
  let deferIndent = -1;
  let blockIndent = -1;
  let block: Block = 'plain';
  for (const { indent, tokens } of logicalLines(text)) {
    if (indent <= deferIndent) deferIndent = -1;
    if (indent <= blockIndent) blockIndent = -1;
    if (blockIndent < 0) block = blockOf(tokens);
    if (blockIndent < 0 && block !== 'plain') blockIndent = indent;
    const defines = tokens[0] === 'def' || (tokens[0] === 'async' && tokens[1] === 'def');
    if (defines && deferIndent < 0) deferIndent = indent;
    if (defines && indent === 0 && tokens[1] === '__getattr__') draft.lazy = true;
    readLine(draft, tokens, { deferred: deferIndent >= 0, block });
  }
  return { ...draft, strings: [...draft.strings] };
}

function blockOf(tokens: readonly string[]): Block {
  if (tokens[0] !== 'if') return 'plain';
  if (tokens[1] === 'TYPE_CHECKING' || (tokens[2] === '.' && tokens[3] === 'TYPE_CHECKING')) return 'typing';
  return tokens[1] === '__name__' && tokens[4] === '"__main__' ? 'main' : 'plain';
}

interface Place {
  readonly deferred: boolean;
  readonly block: Block;
}

const DOTTED = /^"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?::[A-Za-z_][\w.]*)?$/;

function readLine(draft: Draft, tokens: readonly string[], place: Place): void {
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    const before = at === 0 ? ';' : tokens[at - 1]!;
    if (token === 'import' && isStart(before)) readImport(draft, tokens, at, place);
    else if (token === 'from' && isStart(before)) readFrom(draft, tokens, at, place);
    else if (token.charCodeAt(0) === 34) {
      if (token.length < 200 && token.length > 2 && DOTTED.test(token)) draft.strings.add(token.slice(1));
    } else if (tokens[at + 1] === '(' && before !== 'def') readCall(draft, tokens, at);
  }
}

function isStart(token: string): boolean {
  return token === ';' || token === ':';
}

function readImport(draft: Draft, tokens: readonly string[], at: number, place: Place): void {
  let module = '';
  let renamed = false;
  const add = (): void => {
    if (module !== '') draft.imports.push({ module, names: [], ...place });
    module = '';
    renamed = false;
  };
  for (const token of tokens.slice(at + 1)) {
    if (token === ';') break;
    if (token === ',') add();
    else if (token === 'as') renamed = true;
    else if (!renamed) module += token;
  }
  add();
}

function readFrom(draft: Draft, tokens: readonly string[], at: number, place: Place): void {
  const verb = tokens.indexOf('import', at);
  if (verb < 0) return;
  const module = tokens.slice(at + 1, verb).join('');
  const names: string[] = [];
  for (let i = verb + 1; i < tokens.length && tokens[i] !== ';'; i++) {
    const token = tokens[i]!;
    if (token === 'as') i++;
    else if (token !== '(' && token !== ')' && token !== ',') names.push(token);
  }
  if (module !== '') draft.imports.push({ module, names, ...place });
}
