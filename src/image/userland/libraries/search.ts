import { join } from '../../tree/index.ts';
import { expandPath, expandTokens, withoutSlashes } from './expand.ts';
import { type ElfFiles, type Found, originsOf } from './files.ts';
import { type Flavour, flavourKey } from './flavour.ts';
import type { FoundBy } from './types.ts';

/** A library in a process. */
export interface Loaded {
  readonly found: Found;
  /** Who asked for it; undefined for the program. */
  readonly loader: Loaded | undefined;
  /** DT_RPATH of itself and of those who loaded it, which its own needs are searched in. */
  readonly inherited: readonly string[];
  /** DT_RUNPATH of itself. */
  readonly runpath: readonly string[];
  /** What searches in these places gave before. */
  readonly searched: Map<string, Hit | undefined>;
}

/** A process that loads libraries. */
export interface Process {
  readonly files: ElfFiles;
  readonly flavour: Flavour;
  readonly program: Found;
  /** `LD_LIBRARY_PATH`. */
  readonly libraryPath: readonly string[];
  readonly workingDirectory: string;
  /** What searches gave before, in any process, by the places that they look in. */
  readonly searches: Searches;
}

/** Searches by their places, then by the name that was searched. */
export type Searches = Map<string, Map<string, Hit | undefined>>;

/** What a search gave: the file, what some processors get instead, and by which rule. */
export interface Hit {
  readonly found: Found;
  readonly foundBy: FoundBy;
  readonly variants: readonly Found[];
}

const MAX_DIRECTORIES = 256;

/** A library with the search paths that it brings. */
export function loadedBy(process: Process, found: Found, loader: Loaded | undefined): Loaded {
  const { elf } = found;
  const tokens = { elf, origins: originsOf(found) };
  const expand = (parts: readonly string[]): readonly string[] =>
    expandPath(parts, tokens, process.workingDirectory);
  const isMusl = process.flavour.libc === 'musl';
  // musl hands down either; glibc only DT_RPATH, and ignores it where there is a DT_RUNPATH.
  const own = isMusl && elf.runpath.length > 0 ? elf.runpath : elf.runpath.length > 0 ? [] : elf.rpath;
  const inherited = [...new Set([...expand(own), ...(loader?.inherited ?? [])])].slice(0, MAX_DIRECTORIES);
  const runpath = isMusl ? [] : expand(elf.runpath);
  const rules = [flavourKey(process.program.elf), elf.runpath.length > 0, elf.noDefaultLibraries];
  const key = JSON.stringify([rules, process.libraryPath, inherited, runpath]);
  const searched = process.searches.get(key) ?? new Map<string, Hit | undefined>();
  process.searches.set(key, searched);
  return { found, loader, inherited, runpath, searched };
}

/** Searches a library as the loader does. */
export function searchLibrary(process: Process, name: string, asker: Loaded): Hit | undefined {
  if (name.includes('/')) return searchPath(process, name, asker);
  if (asker.searched.has(name)) return asker.searched.get(name);
  const search = process.flavour.libc === 'musl' ? searchMusl : searchGlibc;
  const hit = search(process, name, asker);
  asker.searched.set(name, hit);
  return hit;
}

function searchPath(process: Process, name: string, asker: Loaded): Hit | undefined {
  const tokens = { elf: asker.found.elf, origins: originsOf(asker.found) };
  for (const path of expandTokens(name, tokens)) {
    const absolute = path.startsWith('/') ? path : `${process.workingDirectory}/${path}`;
    const found = process.files.findLike(withoutSlashes(absolute), process.program.elf);
    if (found !== undefined) return { found, foundBy: 'path', variants: [] };
  }
  return undefined;
}

function searchMusl(process: Process, name: string, asker: Loaded): Hit | undefined {
  const { flavour } = process;
  const hit =
    inDirectories(process, name, { directories: process.libraryPath, foundBy: 'environment' }) ??
    inDirectories(process, name, { directories: asker.inherited, foundBy: 'rpath' }) ??
    inDirectories(process, name, { directories: flavour.directories, foundBy: 'default' });
  const own = flavour.interpreter;
  if (own === undefined || !isMuslItself(name)) return hit;
  // The loader answers these itself; a symlink of that name to it is what people and packages see.
  return hit?.found.node === own.node ? hit : { found: own, foundBy: 'loader', variants: [] };
}

/** The names that musl's loader never searches. */
function isMuslItself(name: string): boolean {
  return /^lib(c|pthread|rt|m|dl|util|xnet)\./.test(name);
}

function searchGlibc(process: Process, name: string, asker: Loaded): Hit | undefined {
  const { flavour } = process;
  const rpath = asker.found.elf.runpath.length > 0 ? [] : asker.inherited;
  const noDefault = asker.found.elf.noDefaultLibraries;
  const asked =
    inDirectories(process, name, { directories: rpath, foundBy: 'rpath' }) ??
    inDirectories(process, name, { directories: process.libraryPath, foundBy: 'environment' }) ??
    inDirectories(process, name, { directories: asker.runpath, foundBy: 'runpath' }) ??
    inCache(process, name, noDefault);
  if (asked !== undefined || noDefault) return asked;
  return (
    inDirectories(process, name, { directories: flavour.directories, foundBy: 'default' }) ??
    // No loader reads these, but a start script may well call ldconfig.
    inDirectories(process, name, { directories: flavour.configured, foundBy: 'configuration' })
  );
}

function inCache(process: Process, name: string, noDefault: boolean): Hit | undefined {
  const { files, flavour, program } = process;
  const entries = flavour.cache.get(name) ?? [];
  const isOwn = (path: string): boolean =>
    flavour.directories.some(directory => path.startsWith(`${directory}/`));
  const usable = entries
    .filter(entry => !(noDefault && isOwn(entry.path)))
    .flatMap(entry => {
      const found = files.findLike(withoutSlashes(entry.path), program.elf);
      return found === undefined ? [] : [{ found, conditional: entry.conditional }];
    });
  const first = usable.find(entry => !entry.conditional) ?? usable[0];
  if (first === undefined) return undefined;
  const variants = usable.filter(entry => entry.conditional && entry !== first).map(entry => entry.found);
  return { found: first.found, foundBy: 'cache', variants };
}

function inDirectories(
  process: Process,
  name: string,
  where: { readonly directories: readonly string[]; readonly foundBy: FoundBy },
): Hit | undefined {
  const { files, program, flavour } = process;
  for (const directory of where.directories) {
    const plain = files.findLike(join(directory, name), program.elf);
    const subdirectories = flavour.libc === 'musl' ? [] : files.variantsOf(directory);
    const variants = subdirectories.flatMap(path => files.findLike(join(path, name), program.elf) ?? []);
    const [first, ...rest] = plain === undefined ? variants : [plain, ...variants];
    if (first !== undefined) return { found: first, foundBy: where.foundBy, variants: rest };
  }
  return undefined;
}
