import { type Content, decodeName, encodeName } from '../../../core/bytes/index.ts';
import { SampanError } from '../../../core/errors/index.ts';
import type { Metadata, NameIndex, Node, Resolved, SymlinkNode, Tree } from '../../tree/index.ts';
import { type LayerScan, TYPE, TYPES } from '../scan/index.ts';
import { Places } from './places.ts';
import { lookUp } from './resolve.ts';
import { layerOf, type Stacked } from './stacked.ts';

/** The content of a file by its row in a layer. */
export type ContentOf = (layer: number, row: number) => Content;

/**
 * The same as `stackLayers` gives, in a fraction of the memory: nodes are made when they are asked for, and hard links
 * are not told.
 */
export function treeOfStack(stacked: Stacked, content: ContentOf): StackTree {
  return new StackTree(stacked, content);
}

interface Named {
  readonly node: number;
  readonly path: string;
}

/** All nodes of a tree: their numbers and their paths. */
export interface Listing {
  readonly nodes: Int32Array;
  readonly paths: readonly string[];
}

/** A tree over stacked columns, which also knows the numbers of its nodes. */
export class StackTree implements Tree, NameIndex {
  readonly size: number;
  readonly stacked: Stacked;
  readonly #content: ContentOf;
  #listing: Listing | undefined;
  readonly #places: Places;

  constructor(stacked: Stacked, content: ContentOf) {
    this.stacked = stacked;
    this.size = stacked.liveCount[0]!;
    this.#content = content;
    this.#places = new Places(stacked);
  }

  get(path: string): Node | undefined {
    const node = this.find(path);
    return node === -1 ? undefined : this.at(node);
  }

  /** The number of the node at a path, as `get` finds it; -1 when there is none. */
  find(path: string): number {
    return this.#places.find(path);
  }

  resolve(path: string): Resolved | undefined {
    const direct = this.#places.direct(path);
    if (direct !== undefined) return { node: this.at(direct.node, direct.path), via: [] };
    const via: number[] = [];
    const node = lookUp(this.stacked, encodeName(path), { followLast: true, via });
    if (node === -1) return undefined;
    return { node: this.at(node), via: via.map(each => this.at(each)).filter(isSymlink) };
  }

  list(path: string): readonly string[] {
    const node = lookUp(this.stacked, encodeName(path), { followLast: true });
    return node === -1 ? [] : this.#children(node, '').map(({ path: name }) => name);
  }

  paths(): readonly string[] {
    return this.listing().paths;
  }

  *pathsNamed(name: string): Generator<string, void, undefined> {
    const { names } = this.stacked;
    const bytes = encodeName(name);
    const { nodes, paths } = this.listing();
    for (let i = 0; i < nodes.length; i += 1) {
      const node = nodes[i]!;
      if (names.nameLength[node] === bytes.length && names.startsWith(node, bytes)) yield paths[i]!;
    }
  }

  *nodes(): Generator<Node, void, undefined> {
    const { nodes, paths } = this.listing();
    for (let i = 0; i < paths.length; i += 1) yield this.at(nodes[i]!, paths[i]);
  }

  /** The numbers and paths of all nodes, in the order of `nodes`. */
  listing(): Listing {
    this.#listing ??= this.#list();
    return this.#listing;
  }

  #list(): Listing {
    const nodes = new Int32Array(this.size);
    const paths: string[] = [];
    const todo: Named[] = [{ node: 0, path: '/' }];
    for (let item = todo.pop(); item !== undefined; item = todo.pop()) {
      nodes[paths.length] = item.node;
      paths.push(item.path);
      if (this.stacked.names.firstChild[item.node] === -1) continue;
      const children = this.#children(item.node, item.path === '/' ? '/' : `${item.path}/`);
      for (let i = children.length - 1; i >= 0; i -= 1) todo.push(children[i]!);
    }
    return { nodes, paths };
  }

  /** What is in a directory, sorted by name; `before` comes before each name. */
  #children(node: number, before: string): Named[] {
    const { names, live } = this.stacked;
    const found: Named[] = [];
    for (let child = names.firstChild[node]!; child !== -1; child = names.nextSibling[child]!) {
      if (live[child] !== -1) found.push({ node: child, path: before + names.textOf(child) });
    }
    return found.length < 2 ? found : found.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** The node of a number; `path` where it is known. */
  at(node: number, path = this.stacked.names.pathOf(node)): Node {
    const { live, bases, layers, targets } = this.stacked;
    const entry = live[node]!;
    if (entry < 0) return { kind: 'directory', path, layer: -1, meta: IMPLIED };
    const layer = layerOf(bases, entry);
    const row = entry - bases[layer]!;
    if (layers[layer]!.type[row] !== TYPE.hardlink) return this.#node({ path, layer, from: layer, row });
    const target = targets.get(entry)!;
    const from = layerOf(bases, target);
    return this.#node({ path, layer, from, row: target - bases[from]! });
  }

  #node(place: Place): Node {
    const scan = this.stacked.layers[place.from]!;
    const kind = TYPES[scan.type[place.row]!]!;
    switch (kind) {
      case 'file':
        return new LazyFile(place, scan, this.#content);
      case 'symlink':
        return new LazySymlink(place, scan);
      case 'directory':
        return new LazyDirectory(place, scan);
      case 'fifo':
        return new LazyFifo(place, scan);
      case 'character':
      case 'block': {
        const [major, minor] = scan.rare.get(place.row)?.device ?? [0, 0];
        const { path, layer, meta } = new LazyNode(place, scan);
        return { kind, path, layer, meta, major, minor };
      }
      case 'hardlink':
        throw new SampanError('internal', `a hard link is not a node: ${place.path}`);
    }
  }
}

const IMPLIED: Metadata = { mode: 0o755, uid: 0, gid: 0, mtime: 0 };

function isSymlink(node: Node): node is SymlinkNode {
  return node.kind === 'symlink';
}

interface Place {
  readonly path: string;
  readonly layer: number;
  /** The layer that has the content: another one for a hard link. */
  readonly from: number;
  /** The row there. */
  readonly row: number;
}

/** A node whose parts are made when they are asked for: most are asked for their path only. */
class LazyNode {
  readonly path: string;
  readonly layer: number;
  protected readonly row: number;
  protected readonly scan: LayerScan;

  constructor({ path, layer, row }: Place, scan: LayerScan) {
    this.path = path;
    this.layer = layer;
    this.row = row;
    this.scan = scan;
  }

  get meta(): Metadata {
    const { scan, row } = this;
    const xattrs = scan.rare.get(row)?.xattrs;
    return {
      mode: scan.mode[row]!,
      uid: scan.uid[row]!,
      gid: scan.gid[row]!,
      mtime: scan.mtime[row]!,
      ...(xattrs === undefined ? {} : { xattrs }),
    };
  }
}

class LazyFile extends LazyNode {
  readonly kind = 'file';
  readonly #from: number;
  readonly #content: ContentOf;

  constructor(place: Place, scan: LayerScan, content: ContentOf) {
    super(place, scan);
    this.#from = place.from;
    this.#content = content;
  }

  get content(): Content {
    return this.#content(this.#from, this.row);
  }
}

class LazyDirectory extends LazyNode {
  readonly kind = 'directory';
}

class LazyFifo extends LazyNode {
  readonly kind = 'fifo';
}

class LazySymlink extends LazyNode {
  readonly kind = 'symlink';

  get target(): string {
    const { scan, row } = this;
    return decodeName(scan.links.subarray(row === 0 ? 0 : scan.linkEnd[row - 1]!, scan.linkEnd[row]!));
  }
}
