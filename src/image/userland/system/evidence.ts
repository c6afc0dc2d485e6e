import { posix } from 'node:path';
import type { Tree } from '../../tree/index.ts';

/** A path of the tree that some part of the system reads, and why. */
export interface SystemPath {
  /** A real path; a symlink on the way is an entry of its own. */
  readonly path: string;
  /** What asks for it: a short phrase, lower case. */
  readonly reason: string;
}

/** The environment of a container. */
export type Environment = Readonly<Record<string, string>>;

const BELOW_MAX = 100_000;

/** What a process reaches by `path`, with every symlink that leads there; nothing when it is not there. */
export function reached(tree: Tree, path: string, reason: string): readonly SystemPath[] {
  if (!path.startsWith('/')) return [];
  const found = tree.resolve(path);
  if (found === undefined) return [];
  return [...found.via, found.node].map(node => ({ path: node.path, reason }));
}

/**
 * A directory and everything below it, with what its symlinks lead to. Directories that
 * symlinks lead to are not entered. At most 100 000 entries.
 */
export function reachedBelow(tree: Tree, directory: string, reason: string): readonly SystemPath[] {
  const found = [...reached(tree, directory, reason)];
  const waiting = [directory];
  for (let at = waiting.pop(); at !== undefined && found.length < BELOW_MAX; at = waiting.pop()) {
    for (const name of tree.list(at)) {
      const path = posix.join(at, name);
      found.push(...reached(tree, path, reason));
      if (tree.get(path)?.kind === 'directory') waiting.push(path);
    }
  }
  return unique(found);
}

/** The first entry for each path. */
export function unique(paths: readonly SystemPath[]): readonly SystemPath[] {
  return [...new Map(paths.toReversed().map(each => [each.path, each])).values()].reverse();
}

/** The directories in which glibc or musl have their libraries and modules, as far as they are there. */
export function libraryDirectories(tree: Tree): readonly string[] {
  const bases = ['/lib', '/usr/lib', '/lib64', '/usr/lib64', '/usr/local/lib'];
  const all = bases.flatMap(base => [
    base,
    ...tree.list(base).flatMap(name => (/-linux-/.test(name) ? [posix.join(base, name)] : [])),
  ]);
  return [...new Set(all.flatMap(path => tree.resolve(path)?.node.path ?? []))];
}
