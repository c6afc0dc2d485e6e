import { posix } from 'node:path';
import {
  type Command,
  type Found,
  type Imports,
  type LanguageReader,
  NOTHING,
  type View,
} from '../view/index.ts';
import { shellCommands } from './words.ts';

const SHELL = /^(?:ba|da|a|k|z|mk|r?ba|lk|o?k)?sh$/;
const RESERVED =
  /^(?:if|then|elif|else|fi|do|done|while|until|for|case|esac|in|\{|\}|!|\[\[|\]\]|select|function|time|builtin|command|eval|coproc)$/;
const SAYS =
  /^(?:echo|printf|:|true|export|local|readonly|declare|typeset|unset|set|shift|return|exit|trap|\[|test)$/;

/** Reads shell scripts: the commands that they run, the files that they source, the paths that they mention. */
export function shellReader(view: View): LanguageReader {
  const read = (text: string, cwd: string, given: readonly string[]): Imports =>
    readScript(view, text, { cwd, given });
  return {
    name: 'shell',
    claims: (path, shebang) => SHELL.test(shebang) || /\.(?:sh|bash|ash|zsh)$/.test(path),
    interprets: program => SHELL.test(program),
    imports: (path, text) => read(text, view.cwd, [path]),
    start: () => NOTHING,
    launch: ({ argv, cwd = view.cwd }) => launch(argv, cwd, read),
    installation: () => NOTHING,
  };
}

type Read = (text: string, cwd: string, given: readonly string[]) => Imports;

function launch(argv: readonly string[], cwd: string, read: Read): Imports {
  let at = 1;
  while (at < argv.length && /^[-+]\w/.test(argv[at]!) && !/^-[a-z]*c[a-z]*$/.test(argv[at]!)) {
    at += /^[-+]\w*[oO]$/.test(argv[at]!) ? 2 : 1;
  }
  if (/^-[a-z]*c[a-z]*$/.test(argv[at] ?? '')) return read(argv[at + 1] ?? '', cwd, argv.slice(at + 2));
  if (argv[at] === undefined || argv[at] === '') return NOTHING;
  const path = posix.resolve(cwd, argv[at]!);
  const rest = argv.slice(at + 1);
  return {
    ...NOTHING,
    files: [{ path, reason: 'script to run', kind: 'code', language: 'shell' }],
    commands: rest.length === 0 ? [] : [{ argv: rest, cwd }],
  };
}

interface Script {
  readonly cwd: string;
  /** `$0`, `$1`, … */
  readonly given: readonly string[];
}

interface Draft {
  readonly variables: Map<string, string>;
  readonly files: Found[];
  readonly commands: Command[];
  cwd: string;
}

function readScript(view: View, text: string, script: Script): Imports {
  const draft: Draft = { variables: new Map(), files: [], commands: [], cwd: script.cwd };
  const lookup = (name: string): string | undefined =>
    /^\d$/.test(name) ? script.given[Number(name)] : (draft.variables.get(name) ?? view.env[name]);
  for (const [, name, value] of text.matchAll(
    /(?:^|[;{(]|\b(?:then|do|else))[ \t]{0,99}(?:(?:export|local|readonly)[ \t]{1,99})?([A-Za-z_]\w{0,99})=["']?([\w./:-]{1,999})["']?[ \t]{0,99}(?=;|&&|$)/gm,
  ))
    if (name !== undefined && value !== undefined && name !== 'PATH') draft.variables.set(name, value);
  for (const { words } of shellCommands(text, lookup)) readSimple(view, draft, words);
  return { ...NOTHING, files: draft.files, commands: draft.commands };
}

function readSimple(view: View, draft: Draft, words: readonly string[]): void {
  let at = 0;
  while (at < words.length && (RESERVED.test(words[at]!) || /^[A-Za-z_]\w*\+?=/.test(words[at]!))) at++;
  const argv = words.slice(at);
  const name = argv[0] ?? '';
  if (name === 'cd' && argv[1] !== undefined && argv[1] !== '') draft.cwd = posix.resolve(draft.cwd, argv[1]);
  if ((name === '.' || name === 'source') && argv[1]) addSourced(draft, argv[1]);
  else if (name !== '') draft.commands.push({ argv, cwd: draft.cwd });
  if (/^(?:trap|eval)$/.test(words[0] ?? '') && words[1])
    draft.commands.push({ argv: ['/bin/sh', '-c', words[1]] });
  for (const word of words) addMentioned(view, draft, word);
  if (!SAYS.test(name)) for (const word of argv.slice(1)) addWord(draft, word);
}

function addSourced(draft: Draft, name: string): void {
  const path = posix.resolve(draft.cwd, name);
  draft.files.push({ path, reason: `sourced: ${name}`, kind: 'code', language: 'shell' });
}

function addMentioned(view: View, draft: Draft, word: string): void {
  const path = /^(?:--?[\w-]+=|[A-Za-z_]\w*=)?(\/[\w./@+-]+)$/.exec(word)?.[1];
  if (path !== undefined && view.file(path) !== undefined)
    draft.files.push({ path, reason: `mentioned: ${word}`, kind: 'code' });
}

/** A plain word may be a command that another command runs. */
function addWord(draft: Draft, word: string): void {
  if (/^[a-z][\w.+-]{1,40}$/.test(word)) draft.commands.push({ argv: [word], cwd: draft.cwd });
}
