import type { DirectoryNode, Node, Resolved, SymlinkNode, Tree } from './node.ts';
import { components } from './paths.ts';

/** A directory and what is in it, by name. */
export interface Directory {
  node: DirectoryNode;
  readonly children: Map<string, Leaf | Directory>;
}

/** Anything but a directory. */
export type Leaf = Exclude<Node, DirectoryNode>;

/** True for a directory of the structure behind a tree. */
export function isDirectory(item: Leaf | Directory | undefined): item is Directory {
  return item !== undefined && 'children' in item;
}

/** What the kernel allows on one path (Linux, path_resolution(7)). */
const MAX_SYMLINKS = 40;

/** Finds the item for a path, following symlinks inside the root. */
export function walk(
  root: Directory,
  path: string,
  followLast: boolean,
): { item: Leaf | Directory; via: SymlinkNode[] } | undefined {
  const stack: Directory[] = [root];
  const via: SymlinkNode[] = [];
  let todo = components(path).reverse();
  while (todo.length > 0) {
    const name = todo.pop()!;
    if (name === '..') {
      if (stack.length > 1) stack.pop();
      continue;
    }
    const item = stack.at(-1)!.children.get(name);
    if (item === undefined) return undefined;
    if (isDirectory(item)) {
      stack.push(item);
      continue;
    }
    if (item.kind === 'symlink' && (todo.length > 0 || followLast)) {
      via.push(item);
      if (via.length > MAX_SYMLINKS) return undefined;
      if (item.target.startsWith('/')) stack.length = 1;
      todo = [...todo, ...components(item.target).reverse()];
      continue;
    }
    return todo.length === 0 ? { item, via } : undefined;
  }
  return { item: stack.at(-1)!, via };
}

/** The tree over a finished structure. */
export class StackedTree implements Tree {
  readonly size: number;
  readonly #root: Directory;

  constructor(root: Directory, size: number) {
    this.#root = root;
    this.size = size;
  }

  get(path: string): Node | undefined {
    const found = walk(this.#root, path, false);
    return found === undefined ? undefined : nodeOf(found.item);
  }

  resolve(path: string): Resolved | undefined {
    const found = walk(this.#root, path, true);
    return found === undefined ? undefined : { node: nodeOf(found.item), via: found.via };
  }

  list(path: string): readonly string[] {
    const found = walk(this.#root, path, true);
    return found !== undefined && isDirectory(found.item) ? [...found.item.children.keys()].sort() : [];
  }

  *nodes(): Generator<Node, void, undefined> {
    const todo: (Leaf | Directory)[] = [this.#root];
    for (let item = todo.pop(); item !== undefined; item = todo.pop()) {
      yield nodeOf(item);
      if (!isDirectory(item)) continue;
      for (const name of [...item.children.keys()].sort().reverse()) todo.push(item.children.get(name)!);
    }
  }
}

function nodeOf(item: Leaf | Directory): Node {
  return isDirectory(item) ? item.node : item;
}
