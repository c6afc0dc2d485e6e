import { SampanError } from '../../core/errors/index.ts';
import type { DirectoryNode, FileNode, Node, Tree } from './node.ts';
import { basename, components, dirname, join } from './paths.ts';
import { type Directory, isDirectory, type Leaf, StackedTree, walk } from './tree.ts';

/** Nobody named the directory, but something is in it. */
const IMPLIED = { mode: 0o755, uid: 0, gid: 0, mtime: 0 } as const;

/** One deep path implies a thousand long ones; all of them together have this many characters at most. */
const MAX_IMPLIED_CHARACTERS = 1 << 26;

/** Paths of one inode while a tree is built; told apart by identity. */
export interface Inode {
  readonly paths: string[];
}

/** Builds a tree, node by node and layer by layer. */
export class TreeBuilder {
  readonly #maxNodes: number;
  readonly #root: Directory = { node: implied('/'), children: new Map() };
  readonly #inodes = new Map<Leaf, Inode>();
  #size = 1;
  #impliedCharacters = 0;

  constructor(maxNodes: number = Number.POSITIVE_INFINITY) {
    this.#maxNodes = maxNodes;
  }

  /** Puts a node in its place. What was there is replaced, but a directory keeps what is in it. */
  add(node: Node): void {
    if (node.path === '/') {
      if (node.kind === 'directory') this.#root.node = node;
      return;
    }
    const parent = this.#directory(dirname(node.path), node.layer);
    const name = basename(node.path);
    const placed = atPath(node, join(parent.node.path, name));
    const old = parent.children.get(name);
    if (placed.kind === 'directory') {
      if (isDirectory(old)) old.node = placed;
      else this.#put(parent, name, { node: placed, children: new Map() });
    } else this.#put(parent, name, placed);
  }

  /**
   * Adds another path to the file (or other leaf) at `target`.
   *
   * @throws SampanError `invalid` when there is none.
   */
  link(path: string, target: string, layer: number): void {
    // This may replace what is in the way, so it comes first.
    const parent = this.#directory(dirname(path), layer);
    const found = walk(this.#root, target, false)?.item;
    if (found === undefined || isDirectory(found)) {
      throw new SampanError('invalid', `the layer links ${path} to ${target}, which is not a file in it`, {
        remedy: 'build or pull the image again: it is damaged',
      });
    }
    const leaf: Leaf = { ...found, path: join(parent.node.path, basename(path)), layer };
    if (leaf.path === found.path) return;
    const inode = this.#inodes.get(found) ?? { paths: [] };
    this.#inodes.set(found, inode);
    this.#put(parent, basename(path), leaf);
    this.#inodes.set(leaf, inode);
  }

  /** Removes what layers before `layer` put at `path`, a directory with all that is in it. */
  remove(path: string, layer: number): void {
    const parent = walk(this.#root, dirname(path), true)?.item;
    if (isDirectory(parent)) this.#removeOlder(parent, basename(path), layer);
  }

  /** Removes what layers before `layer` put into the directory `path`. */
  empty(path: string, layer: number): void {
    const directory = walk(this.#root, path, true)?.item;
    if (!isDirectory(directory)) return;
    for (const name of [...directory.children.keys()]) this.#removeOlder(directory, name, layer);
  }

  #removeOlder(parent: Directory, name: string, layer: number): void {
    const todo: { parent: Directory; name: string; seen: boolean }[] = [{ parent, name, seen: false }];
    for (let step = todo.pop(); step !== undefined; step = todo.pop()) {
      const item = step.parent.children.get(step.name);
      if (item === undefined) continue;
      if (isDirectory(item) && !step.seen) {
        todo.push({ ...step, seen: true });
        for (const child of item.children.keys()) todo.push({ parent: item, name: child, seen: false });
      } else if (
        isDirectory(item) ? item.node.layer < layer && item.children.size === 0 : item.layer < layer
      ) {
        this.#drop(step.parent, step.name);
      }
    }
  }

  #directory(path: string, layer: number): Directory {
    let at = this.#root;
    for (const name of components(path)) {
      const next = at.children.get(name);
      if (isDirectory(next)) at = next;
      else at = this.#through(at, name, layer);
    }
    return at;
  }

  /** A name on the way to a new node that is no directory: missing, a symlink, or something in the way. */
  #through(parent: Directory, name: string, layer: number): Directory {
    const path = join(parent.node.path, name);
    const there = parent.children.get(name);
    const led =
      there === undefined || isDirectory(there) || there.kind !== 'symlink'
        ? undefined
        : walk(this.#root, path, true);
    if (isDirectory(led?.item)) return led.item;
    if (there !== undefined && !isDirectory(there) && there.layer === layer) {
      throw new SampanError('invalid', `the layer puts files below ${path}, which is a ${there.kind}`, {
        remedy: 'build or pull the image again: it is damaged',
      });
    }
    this.#impliedCharacters += path.length;
    if (this.#impliedCharacters > MAX_IMPLIED_CHARACTERS)
      throw new SampanError(
        'limit',
        `too many directories that no layer names, such as ${path.slice(0, 80)}`,
      );
    const made: Directory = { node: implied(path), children: new Map() };
    this.#put(parent, name, made);
    return made;
  }

  #put(parent: Directory, name: string, item: Leaf | Directory): void {
    if (parent.children.has(name)) this.#drop(parent, name);
    parent.children.set(name, item);
    this.#size += 1;
    if (this.#size > this.#maxNodes)
      throw new SampanError('limit', `more than ${this.#maxNodes} files and directories`);
  }

  #drop(parent: Directory, name: string): void {
    const todo = [parent.children.get(name)];
    parent.children.delete(name);
    for (let item = todo.pop(); item !== undefined; item = todo.pop()) {
      this.#size -= 1;
      if (isDirectory(item)) todo.push(...item.children.values());
      else this.#inodes.delete(item);
    }
  }

  /** The tree as it is now; the builder must not be used again. */
  finish(): Tree {
    this.#nameLinks();
    return new StackedTree(this.#root, this.#size);
  }

  #nameLinks(): void {
    for (const [leaf, inode] of this.#inodes) inode.paths.push(leaf.path);
    for (const [leaf, inode] of this.#inodes) {
      if (inode.paths.length < 2 || leaf.kind !== 'file') continue;
      const parent = walk(this.#root, dirname(leaf.path), true)?.item;
      const linked: FileNode = { ...leaf, links: inode };
      if (isDirectory(parent)) parent.children.set(basename(leaf.path), linked);
    }
  }
}

function implied(path: string): DirectoryNode {
  return { kind: 'directory', path, meta: IMPLIED, layer: -1 };
}

function atPath(node: Node, path: string): Node {
  return node.path === path ? node : { ...node, path };
}

/** A tree of these nodes; directories that are not among them are made (root's, 0755). */
export function treeFrom(nodes: Iterable<Node>): Tree {
  const builder = new TreeBuilder();
  for (const node of nodes) builder.add(node);
  return builder.finish();
}
