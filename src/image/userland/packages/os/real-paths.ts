import { posix } from 'node:path';
import type { Tree } from '../../../tree/index.ts';

/**
 * Turns a path as a package lists it into the path where it is in the tree: the symlinks among its
 * directories are followed (`/lib/x` is `/usr/lib/x` on a merged system), the last component is not.
 * A path whose directory is not in the tree stays as it is.
 */
export function realPaths(tree: Tree): (path: string) => string {
  const directories = new Map<string, string>();
  return path => {
    const cut = path.lastIndexOf('/');
    const parent = path.slice(0, Math.max(cut, 1));
    let real = directories.get(parent);
    if (real === undefined) {
      real = tree.resolve(parent)?.node.path ?? posix.normalize(parent);
      directories.set(parent, real);
    }
    const name = path.slice(cut + 1);
    return real === '/' ? `/${name}` : `${real}/${name}`;
  };
}

/** What is listed, as it is in the tree: files and symlinks apart from directories, absent paths left out. */
export interface Listed {
  readonly files: readonly string[];
  readonly directories: readonly string[];
}

/**
 * Sorts real paths into files and directories. A symlink under which more is listed was a directory
 * when the package was made (`/lib` on a merged system): then it is the directory that it leads to.
 */
export function sortListed(tree: Tree, paths: readonly string[], real: (path: string) => string): Listed {
  const files: string[] = [];
  const directories: string[] = [];
  const parents = new Set(paths.map(posix.dirname));
  for (const listed of paths) {
    const path = real(listed);
    const node = tree.get(path);
    if (node === undefined) continue;
    if (node.kind === 'directory') directories.push(path);
    else if (node.kind !== 'symlink' || !parents.has(listed)) files.push(path);
    else directories.push(tree.resolve(path)?.node.path ?? path);
  }
  return { files, directories };
}
