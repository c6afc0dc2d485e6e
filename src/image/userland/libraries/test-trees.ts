import { type Sample, treeOf } from '../../tree/index.ts';
import { buildElf, type ElfRecipe } from '../elf/testing/index.ts';
import { librariesIn } from './libraries.ts';
import type { Closure, LoaderOptions } from './types.ts';

/** The loader of glibc on amd64. */
export const LOADER = '/lib64/ld-linux-x86-64.so.2';
/** The loader of musl on amd64. */
export const MUSL = '/lib/ld-musl-x86_64.so.1';

/** A program; of glibc unless told. */
export function program(recipe: ElfRecipe = {}): Buffer {
  return buildElf({ interpreter: LOADER, ...recipe });
}

/** A shared object. */
export function library(soname: string, recipe: ElfRecipe = {}): Buffer {
  return buildElf({ soname, ...recipe });
}

/** A tree with glibc and a merged /usr. */
export const GLIBC: Readonly<Record<string, Sample>> = {
  '/lib64': '-> usr/lib64',
  '/lib': '-> usr/lib',
  '/usr/lib64/ld-linux-x86-64.so.2': '-> ../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2',
  '/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2': library('ld-linux-x86-64.so.2'),
  '/usr/lib/x86_64-linux-gnu/libc.so.6': library('libc.so.6', { needed: ['ld-linux-x86-64.so.2'] }),
};

/** The closure of one path in a tree. */
export function close(files: Record<string, Sample>, path: string, options: LoaderOptions = {}): Closure {
  return librariesIn(treeOf(files), options).closure([path]);
}

/** The paths of a closure, sorted. */
export function paths(closure: Closure): string[] {
  return [...closure.files.keys()].sort();
}

/** The paths of a closure that are not of {@link GLIBC}, nor the program. */
export function others(closure: Closure): string[] {
  return paths(closure).filter(path => !(path in GLIBC) && path !== '/app/main');
}
