import { readContent } from '../../../core/bytes/index.ts';
import { dirname, join, type Tree } from '../../tree/index.ts';

const MAX_TEXT_BYTES = 1 << 20;
const MAX_FILES = 256;
const MAX_DIRECTORIES = 1024;

/** The text of a small file; empty when it is not there, not a file, or over 1 MiB. */
export function textOf(tree: Tree, path: string): string {
  const node = tree.resolve(path)?.node;
  if (node?.kind !== 'file' || node.content.size > MAX_TEXT_BYTES) return '';
  return readContent(node.content).toString('utf8');
}

/** The lines of a configuration file without comments and blank ends, the empty ones left out. */
function linesOf(text: string): readonly string[] {
  const lines = text.split('\n').map(line => line.replace(/#.*/, '').trim());
  return lines.filter(line => line !== '');
}

/** The directories that `/etc/ld.so.conf` names, with what it includes, in order (ldconfig(8)). */
export function configuredDirectories(tree: Tree): readonly string[] {
  const directories: string[] = [];
  const seen = new Set<string>();
  let todo: { line: string; from: string }[] = [{ line: 'include /etc/ld.so.conf', from: '/etc' }];
  for (let item = todo.shift(); item !== undefined; item = todo.shift()) {
    const include = /^include\s+(.*)$/.exec(item.line)?.[1];
    if (include === undefined) addDirectory(directories, item.line);
    else {
      const files = include.split(/\s+/).flatMap(glob => matches(tree, absolute(glob, item?.from ?? '/')));
      todo = [...files.flatMap(file => linesIn(tree, file, seen)), ...todo];
    }
  }
  return directories;
}

function linesIn(tree: Tree, file: string, seen: Set<string>): { line: string; from: string }[] {
  if (seen.has(file) || seen.size >= MAX_FILES) return [];
  seen.add(file);
  return linesOf(textOf(tree, file)).map(line => ({ line, from: dirname(file) }));
}

function addDirectory(directories: string[], line: string): void {
  // `dir=TYPE` is the form of libc5's time; `hwcap …` names none.
  for (const part of line.split(/[\s:,]+/)) {
    const directory = part.replace(/=.*/, '').replace(/(.)\/+$/, '$1');
    const isNew = directory.startsWith('/') && !directories.includes(directory);
    if (isNew && directories.length < MAX_DIRECTORIES) directories.push(directory);
  }
}

function absolute(path: string, directory: string): string {
  return path.startsWith('/') ? path : join(directory, path);
}

/** The files that a glob names. Wildcards are looked for in the last part only, as in every distribution. */
function matches(tree: Tree, glob: string): readonly string[] {
  const directory = dirname(glob);
  const last = glob.slice(glob.lastIndexOf('/') + 1);
  if (!/[*?[]/.test(last)) return [glob];
  return tree
    .list(directory)
    .filter(name => fits(name, last))
    .map(name => join(directory, name));
}

/** Matches `*` and `?`, in time that grows with the product of the lengths. */
function fits(name: string, glob: string): boolean {
  if (name.startsWith('.') && !glob.startsWith('.')) return false;
  let reach: boolean[] = [true, ...Array.from(name, () => false)];
  for (const sign of glob) {
    const next = reach.map(() => false);
    for (let i = 0; i <= name.length; i++) {
      if (sign === '*') next[i] = (reach[i] ?? false) || (i > 0 && (next[i - 1] ?? false));
      else if (i > 0) next[i] = (reach[i - 1] ?? false) && (sign === '?' || sign === name[i - 1]);
    }
    reach = next;
  }
  return reach.at(-1) ?? false;
}

/** The libraries that `/etc/ld.so.preload` names (ld.so(8)). */
export function preloadedLibraries(tree: Tree): readonly string[] {
  return linesOf(textOf(tree, '/etc/ld.so.preload')).flatMap(splitPreload);
}

/** The names in `LD_PRELOAD`: spaces and colons part them. */
export function splitPreload(text: string): readonly string[] {
  return text.split(/[\s:]+/).filter(name => name !== '');
}
