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
  /** Every node by its real path, in the order of {@link nodes}: most questions are about real paths. */
  #byPath: ReadonlyMap<string, Leaf | Directory> | undefined;

  constructor(root: Directory, size: number) {
    this.#root = root;
    this.size = size;
  }

  #index(): ReadonlyMap<string, Leaf | Directory> {
    this.#byPath ??= indexByPath(this.#root);
    return this.#byPath;
  }

  get(path: string): Node | undefined {
    const direct = this.#index().get(path);
    if (direct !== undefined) return nodeOf(direct);
    const found = walk(this.#root, path, false);
    return found === undefined ? undefined : nodeOf(found.item);
  }

  resolve(path: string): Resolved | undefined {
    const direct = this.#index().get(path);
    if (direct !== undefined && (isDirectory(direct) || direct.kind !== 'symlink'))
      return { node: nodeOf(direct), via: [] };
    const found = walk(this.#root, path, true);
    return found === undefined ? undefined : { node: nodeOf(found.item), via: found.via };
  }

  list(path: string): readonly string[] {
    const item = this.#index().get(path) ?? walk(this.#root, path, true)?.item;
    if (isDirectory(item)) return [...item.children.keys()].sort();
    const led = item === undefined ? undefined : walk(this.#root, path, true)?.item;
    return isDirectory(led) ? [...led.children.keys()].sort() : [];
  }

  *nodes(): Generator<Node, void, undefined> {
    for (const item of this.#index().values()) yield nodeOf(item);
  }

  paths(): Iterable<string> {
    return this.#index().keys();
  }
}

function indexByPath(root: Directory): ReadonlyMap<string, Leaf | Directory> {
  const index = new Map<string, Leaf | Directory>();
  const todo: (Leaf | Directory)[] = [root];
  for (let item = todo.pop(); item !== undefined; item = todo.pop()) {
    index.set(nodeOf(item).path, item);
    if (!isDirectory(item)) continue;
    for (const name of [...item.children.keys()].sort().reverse()) todo.push(item.children.get(name)!);
  }
  return index;
}

function nodeOf(item: Leaf | Directory): Node {
  return isDirectory(item) ? item.node : item;
}
