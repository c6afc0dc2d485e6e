import { posix } from 'node:path';
import type { HostFiles } from './files.ts';

/** Another name of a library in its directory. */
export interface LibraryLink {
  readonly path: string;
  /** The file that it leads to in the end. */
  readonly real: string;
}

/**
 * Names beside a library that lead to it: `libcuda.so` and `libcuda.so.1` of `libcuda.so.550.54.14`. Programs ask for
 * the second, and some open the first.
 */
export function linksTo(files: HostFiles, library: string): readonly LibraryLink[] {
  const real = files.real(library);
  const directory = posix.dirname(library);
  const stem = /^(.+?\.so)(\.|$)/.exec(posix.basename(library))?.[1];
  if (real === undefined || stem === undefined) return [];
  return files
    .names(directory)
    .filter(name => name === stem || name.startsWith(`${stem}.`))
    .map(name => posix.join(directory, name))
    .filter(path => path !== library && files.kind(path) === 'link' && files.real(path) === real)
    .map(path => ({ path, real }));
}
