import { type Content, readContent } from '../../../core/bytes/index.ts';
import { basename, dirname, join } from '../../tree/index.ts';
import type { ElfFile } from '../elf/index.ts';
import { type CacheEntry, parseLoaderCache } from './cache.ts';
import { configuredDirectories, textOf } from './conf.ts';
import type { ElfFiles, Found } from './files.ts';
import { platformOf, usualDirectories } from './platform.ts';

/** A loader, and what it has of its own. */
export interface Flavour {
  readonly libc: 'glibc' | 'musl';
  readonly interpreter: Found | undefined;
  /** Where it looks last, in order. */
  readonly directories: readonly string[];
  /** The entries of its cache by name; empty for musl. */
  readonly cache: ReadonlyMap<string, readonly CacheEntry[]>;
  /** Directories that its cache was, or will be, made from; only a guess where to look in the end. */
  readonly configured: readonly string[];
  /** The files that it reads to know that. */
  readonly configuration: readonly string[];
}

/** The loader of a program, or the one that a library is most likely loaded by. */
export function flavourOf(files: ElfFiles, root: Found): Flavour {
  const named = root.elf.interpreter;
  const interpreter = named === undefined ? likelyInterpreter(files, root.elf) : files.find(named);
  const path = named ?? interpreter?.opened ?? '';
  return basename(path).startsWith('ld-musl-')
    ? muslFlavour(files, path, interpreter)
    : glibcFlavour(files, root.elf, interpreter);
}

/** True for a library that was linked with musl. */
function asksForMusl(elf: ElfFile): boolean {
  return elf.needed.some(name => name.startsWith('libc.musl-') || name === 'libc.so');
}

/** Files with the same key have the same flavour in one tree. */
export function flavourKey(elf: ElfFile): string {
  return `${elf.interpreter ?? asksForMusl(elf)} ${elf.machine} ${elf.bits} ${elf.order}`;
}

function likelyInterpreter(files: ElfFiles, elf: ElfFile): Found | undefined {
  const there = platformOf(elf).interpreters.flatMap(path => files.findLike(path, elf) ?? []);
  return there.find(found => found.opened.includes('ld-musl-') === asksForMusl(elf)) ?? there[0];
}

const CACHE = '/etc/ld.so.cache';
const MAX_CACHE_BYTES = 32 << 20;

function glibcFlavour(files: ElfFiles, elf: ElfFile, interpreter: Found | undefined): Flavour {
  const node = files.tree.resolve(CACHE)?.node;
  const content = node?.kind === 'file' && node.content.size <= MAX_CACHE_BYTES ? node.content : undefined;
  const entries = content === undefined ? [] : parseLoaderCache(readContent(content));
  const own = interpreter === undefined ? [] : builtInDirectories(interpreter.node.content);
  return {
    libc: 'glibc',
    interpreter,
    directories: own.length > 0 ? own : usualDirectories(elf),
    cache: Map.groupBy(entries, entry => entry.name),
    configured: configuredDirectories(files.tree),
    configuration: content === undefined ? [] : [CACHE],
  };
}

const MAX_LOADER_BYTES = 16 << 20;

/** The directories that stand in a loader of glibc, one after the other, each with a slash at its end. */
function builtInDirectories(loader: Content): readonly string[] {
  if (loader.size > MAX_LOADER_BYTES) return [];
  const text = readContent(loader).toString('latin1');
  const list = /(?<=\0)(?:\/[\w.+-]+(?:\/[\w.+-]+){0,8}\/\0){2,16}/.exec(text)?.[0] ?? '';
  const directories = list
    .split('\0')
    .filter(part => part !== '')
    .map(part => part.slice(0, -1));
  return directories.some(directory => /\/lib/.test(directory)) ? directories : [];
}

const MUSL_DIRECTORIES = ['/lib', '/usr/local/lib', '/usr/lib'];

/** The path file is `etc/ld-musl-ARCH.path` beside the directory of the loader (musl, ldso/dynlink.c). */
function muslFlavour(files: ElfFiles, path: string, interpreter: Found | undefined): Flavour {
  const name = `${basename(path).replace(/\.so\.\d+$/, '')}.path`;
  const file = join(join(dirname(dirname(path)), 'etc'), name);
  const exists = files.tree.resolve(file)?.node.kind === 'file';
  const listed = exists ? textOf(files.tree, file).split(/[:\n]/) : MUSL_DIRECTORIES;
  return {
    libc: 'musl',
    interpreter,
    directories: listed.map(part => part.trim()).filter(part => part.startsWith('/')),
    cache: new Map(),
    configured: [],
    configuration: exists ? [file] : [],
  };
}
