import { posix } from 'node:path';
import type { Command } from '../view/index.ts';
import { excerpt } from './tokens.ts';

/** A module that a source loads by a literal name. */
export interface Specifier {
  readonly name: string;
  readonly kind: 'require' | 'import';
}

/** What a JavaScript or TypeScript source says about what it loads. */
export interface NodeSource {
  readonly specifiers: readonly Specifier[];
  /** For each computed name, how it begins as far as that is written down: `./commands/`. */
  readonly computed: readonly string[];
  /** Paths from the directory of the source that it mentions: `workers/hash.js`. */
  readonly beside: readonly string[];
  readonly commands: readonly Command[];
  /** It loads a compiled addon of its package. */
  readonly addon: boolean;
}

interface Draft {
  readonly specifiers: Specifier[];
  readonly computed: string[];
  readonly beside: string[];
  readonly commands: Command[];
}

const WORDS = new Set(
  (
    'import from Worker URL spawn spawnSync exec execSync execFile execFileSync fork execa __dirname dirname ' +
    'SharedWorker'
  ).split(' '),
);
const HINT = /require|import|from|Worker|spawn|exec|fork|__dirname/i;
const ADDON =
  /\bbindings\b|node-gyp-build|node-pre-gyp|\.node['"`]|process\.dlopen|prebuilds?\b|pkg-prebuilds|neon-load/;
const REQUIRE = /^[\w$]*require[\w$]*$/i;
const MAX_ARGUMENT = 40;
const RAW =
  /\b(?:require(?:\.resolve)?|import|from)[ \t\n\r]{0,50}(?:\([ \t\n\r]{0,50})?(["'`])([^"'`\n]{1,300})\1/g;

/** Reads a source. Never throws; a source that cannot be followed is searched for anything that looks like an import. */
export function scanNode(text: string): NodeSource {
  const draft: Draft = { specifiers: [], computed: [], beside: [], commands: [] };
  if (!HINT.test(text)) return { ...draft, addon: false };
  const aliases = requireNames(text);
  const loads = (word: string): boolean => aliases.has(word) || (word.length < 60 && REQUIRE.test(word));
  const { tokens, sound } = excerpt(text, word => WORDS.has(word) || loads(word));
  for (let at = 0; at < tokens.length; at++) readAt(draft, tokens, at, loads);
  if (!sound) {
    for (const match of text.matchAll(RAW)) {
      const kind = match[0].startsWith('require') ? 'require' : 'import';
      draft.specifiers.push({ name: match[2]!, kind });
    }
  }
  return { ...draft, addon: ADDON.test(text) };
}

/** The names that `createRequire` is given: `const load = createRequire(import.meta.url)`. */
function requireNames(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (let at = text.indexOf('createRequire('); at >= 0; at = text.indexOf('createRequire(', at + 1)) {
    const name = /([\w$]{1,60})\s{0,9}=\s{0,9}(?:[\w$]{1,40}\.){0,2}$/.exec(
      text.slice(Math.max(0, at - 200), at),
    )?.[1];
    if (name !== undefined) names.add(name);
  }
  return names;
}

function readAt(draft: Draft, tokens: readonly string[], at: number, loads: (word: string) => boolean): void {
  const token = tokens[at]!;
  const next = tokens[at + 1] ?? '';
  if (token === 'import' && next.startsWith('"')) add(draft, next, 'import');
  else if (token === 'import' && next === '(') readLoad(draft, tokens, at + 2, 'import');
  else if (token === 'from' && next.startsWith('"')) add(draft, next, 'import');
  else if (token === '__dirname' || (token === 'dirname' && tokens[at - 2] === 'meta'))
    readBeside(draft, tokens, at);
  else if (token === 'URL' && next === '(' && tokens[at + 2]?.startsWith('"'))
    addBeside(draft, tokens[at + 2]!.slice(1));
  else if (token.endsWith('Worker') && next === '(' && tokens[at + 2]?.startsWith('"'))
    addBeside(draft, tokens[at + 2]!.slice(1));
  else if (WORDS.has(token) && next === '(') readRun(draft, tokens, at);
  else if (loads(token)) readRequire(draft, tokens, at);
}

function readRequire(draft: Draft, tokens: readonly string[], at: number): void {
  const before = tokens[at - 1] ?? '';
  if (before === 'function') return;
  const open = tokens[at + 1] === '.' && /^resolve/.test(tokens[at + 2] ?? '') ? at + 3 : at + 1;
  const optional = tokens[open] === '?' && tokens[open + 1] === '.' ? open + 2 : open;
  if (tokens[optional] !== '(') return;
  if (before === '.' && !tokens[optional + 1]?.startsWith('"')) return;
  if (tokens[at] !== 'require' && !tokens[optional + 1]?.startsWith('"')) return;
  readLoad(draft, tokens, optional + 1, 'require');
}

/** The argument of a call that loads a module. */
function readLoad(draft: Draft, tokens: readonly string[], at: number, kind: Specifier['kind']): void {
  const first = tokens[at] ?? '';
  const next = tokens[at + 1] ?? '';
  if (first === ')' || first === '') return;
  if (first.startsWith('"') && (next === ')' || next === ',')) {
    add(draft, first, kind);
    return;
  }
  if (first.startsWith('"') && next !== '+') add(draft, first, kind);
  else if (first.startsWith('"')) draft.computed.push(first.slice(1));
  else if (first.startsWith('t"')) draft.computed.push(first.slice(2));
  else {
    const argument = tokens.slice(at, at + MAX_ARGUMENT);
    const end = argument.indexOf(')');
    const base = argument.slice(0, end < 0 ? undefined : end).indexOf('__dirname');
    const path = base < 0 ? undefined : besidePath(tokens, at + base);
    if (path === undefined) draft.computed.push('');
    else if (path.whole) add(draft, `"./${path.text}`, kind);
    else draft.computed.push(path.text === '' ? '' : `./${path.text}/`);
    if (path !== undefined) return;
    for (const token of tokens.slice(at, at + 12)) {
      if (token === ')') break;
      if (/^"[@\w./-]+$/.test(token)) add(draft, token, kind);
    }
  }
}

function add(draft: Draft, token: string, kind: Specifier['kind']): void {
  if (token.length > 1 && token.length < 500) draft.specifiers.push({ name: token.slice(1), kind });
}

function addBeside(draft: Draft, path: string): void {
  if (/^\.{0,2}[\w./@-]*\w$/.test(path) && path.length < 300) draft.beside.push(path);
}

function readBeside(draft: Draft, tokens: readonly string[], at: number): void {
  const path = besidePath(tokens, at);
  if (path?.whole === true && path.text !== '') addBeside(draft, path.text);
}

/** `__dirname, 'a', 'b')` and `__dirname + '/a'`: the path, and whether all of it is written down. */
function besidePath(tokens: readonly string[], at: number): { text: string; whole: boolean } | undefined {
  let text = '';
  for (let i = at + 1; i < tokens.length; i += 2) {
    if (tokens[i] !== ',' && tokens[i] !== '+') return { text, whole: true };
    const part = tokens[i + 1] ?? '';
    if (!part.startsWith('"')) return { text, whole: false };
    text = posix.join(text, part.slice(1)).replace(/^\/+/, '');
  }
  return undefined;
}

function readRun(draft: Draft, tokens: readonly string[], at: number): void {
  const first = tokens[at + 2] ?? '';
  if (!first.startsWith('"') || first.length > 2000) return;
  const text = first.slice(1);
  if (tokens[at] === 'fork') addBeside(draft, text);
  else if (/^exec(?:Sync)?$/.test(tokens[at]!)) {
    if (tokens[at - 1] !== '.' || /^[\w./-]+( |$)/.test(text))
      draft.commands.push({ argv: ['/bin/sh', '-c', text] });
  } else draft.commands.push({ argv: [text, ...listAfter(tokens, at + 3)] });
}

function listAfter(tokens: readonly string[], at: number): string[] {
  const words: string[] = [];
  if (tokens[at] !== ',' || tokens[at + 1] !== '[') return words;
  const end = Math.min(tokens.length, at + MAX_ARGUMENT);
  for (let i = at + 2; i < end && tokens[i] !== ']'; i++) {
    if (tokens[i] !== ',') words.push(tokens[i]!.startsWith('"') ? tokens[i]!.slice(1) : '');
  }
  return words;
}
