import { posix } from 'node:path';
import type { Tree } from '../../tree/index.ts';
import { lines, readText } from '../reading/index.ts';
import { type Environment, libraryDirectories, reached, type SystemPath, unique } from './evidence.ts';
import { wantedLocales } from './locale.ts';

/** glibc converts these itself. */
const BUILT_IN = new Set([
  'UTF-8',
  'UTF8',
  'UCS-2',
  'UCS-4',
  'UCS4',
  'INTERNAL',
  'UTF-7',
  'ANSI_X3.4-1968',
  'ASCII',
  'US-ASCII',
]);
const ALIAS_DEPTH = 8;

/** The charsets that the locales of an environment name, upper case. */
export function wantedCharsets(env: Environment): readonly string[] {
  return [...new Set(wantedLocales(env).map(locale => locale.charset.toUpperCase()))].filter(Boolean);
}

/**
 * What iconv(3) of glibc needs for these charsets: the tables of modules, the cache of them, and
 * the modules themselves. Nothing when all of them are built in, or the tree has no glibc.
 */
export function iconvFiles(tree: Tree, charsets: readonly string[]): readonly SystemPath[] {
  const foreign = charsets.map(name => name.toUpperCase()).filter(name => !BUILT_IN.has(name));
  if (foreign.length === 0) return [];
  return unique(
    libraryDirectories(tree)
      .map(directory => posix.join(directory, 'gconv'))
      .filter(directory => tree.resolve(directory) !== undefined)
      .flatMap(directory => modulesIn(tree, directory, foreign)),
  );
}

function modulesIn(tree: Tree, directory: string, charsets: readonly string[]): readonly SystemPath[] {
  const extra = posix.join(directory, 'gconv-modules.d');
  const tables = [
    posix.join(directory, 'gconv-modules'),
    ...tree.list(extra).map(name => posix.join(extra, name)),
  ];
  const table = readTables(tree, tables);
  const modules = charsets.flatMap(charset =>
    [...(table.modules.get(realName(table, charset)) ?? [])].flatMap(file =>
      reached(tree, posix.join(directory, `${file.replace(/\.so$/, '')}.so`), `converts ${charset}`),
    ),
  );
  if (modules.length === 0) return [];
  const configuration = [...tables, posix.join(directory, 'gconv-modules.cache')];
  return [...configuration.flatMap(path => reached(tree, path, 'iconv finds its modules by it')), ...modules];
}

/** Aliases and modules by the name of a charset, upper case, without slashes. */
interface GconvTable {
  readonly aliases: ReadonlyMap<string, string>;
  readonly modules: ReadonlyMap<string, ReadonlySet<string>>;
}

function readTables(tree: Tree, paths: readonly string[]): GconvTable {
  const aliases = new Map<string, string>();
  const modules = new Map<string, Set<string>>();
  for (const line of paths.flatMap(path => lines(readText(tree, path, 4 << 20)))) {
    const [kind, from = '', to = '', file] = line.split(/\s+/);
    if (kind === 'alias') aliases.set(plain(from), plain(to));
    if (kind !== 'module' || file === undefined) continue;
    for (const name of [plain(from), plain(to)].filter(each => !BUILT_IN.has(each)))
      modules.set(name, (modules.get(name) ?? new Set()).add(file));
  }
  return { aliases, modules };
}

function plain(name: string): string {
  return name.replaceAll('/', '').toUpperCase();
}

function realName(table: GconvTable, name: string): string {
  let at = name;
  for (let i = 0; i < ALIAS_DEPTH; i++) at = table.aliases.get(at) ?? at;
  return at;
}
