import type { Tree } from './node.ts';

/** The power of a tree to find nodes by their own names without looking at every path. */
export interface NameIndex {
  /** The paths of all nodes of this name, in the order of `paths`. */
  pathsNamed(name: string): Iterable<string>;
}

/** The paths of all nodes with this last name, in the order of `paths`; quickly, where the tree can. */
export function pathsNamed(tree: Tree, name: string): Iterable<string> {
  return isIndexed(tree) ? tree.pathsNamed(name) : withName(tree, `/${name}`);
}

function isIndexed(tree: Tree): tree is Tree & NameIndex {
  return 'pathsNamed' in tree;
}

function* withName(tree: Tree, end: string): Generator<string, void, undefined> {
  for (const path of tree.paths()) if (path.endsWith(end)) yield path;
}
