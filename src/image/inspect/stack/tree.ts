import { type Content, decodeName, encodeName } from '../../../core/bytes/index.ts';
import { SampanError } from '../../../core/errors/index.ts';
import {
  join,
  type Metadata,
  type Node,
  type Resolved,
  type SymlinkNode,
  type Tree,
} from '../../tree/index.ts';
import { type LayerScan, TYPES } from '../scan/index.ts';
import { nameText, pathOf } from './paths.ts';
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

/** A tree over stacked columns, which also knows the numbers of its nodes. */
export class StackTree implements Tree {
  readonly size: number;
  readonly stacked: Stacked;
  readonly #content: ContentOf;

  constructor(stacked: Stacked, content: ContentOf) {
    this.stacked = stacked;
    this.size = stacked.liveCount[0]!;
    this.#content = content;
  }

  get(path: string): Node | undefined {
    const node = lookUp(this.stacked, encodeName(path), { followLast: false });
    return node === -1 ? undefined : this.at(node);
  }

  resolve(path: string): Resolved | undefined {
    const via: number[] = [];
    const node = lookUp(this.stacked, encodeName(path), { followLast: true, via });
    if (node === -1) return undefined;
    return { node: this.at(node), via: via.map(each => this.at(each)).filter(isSymlink) };
  }

  list(path: string): readonly string[] {
    const node = lookUp(this.stacked, encodeName(path), { followLast: true });
    return node === -1 ? [] : this.#children(node).map(({ name }) => name);
  }

  *nodes(): Generator<Node, void, undefined> {
    for (const { node, path } of this.numbers()) yield this.at(node, path);
  }

  /** As `nodes`, but only their numbers and paths. */
  *numbers(): Generator<{ readonly node: number; readonly path: string }, void, undefined> {
    const todo: { node: number; path: string }[] = [{ node: 0, path: '/' }];
    for (let item = todo.pop(); item !== undefined; item = todo.pop()) {
      yield item;
      const { path } = item;
      for (const child of this.#children(item.node).reverse()) {
        todo.push({ node: child.node, path: join(path, child.name) });
      }
    }
  }

  #children(node: number): { node: number; name: string }[] {
    const { names, live } = this.stacked;
    const found: { node: number; name: string }[] = [];
    for (let child = names.firstChild[node]!; child !== -1; child = names.nextSibling[child]!) {
      if (live[child] !== -1) found.push({ node: child, name: nameText(names, child) });
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The node of a number; `path` where it is known. */
  at(node: number, path = pathOf(this.stacked.names, node)): Node {
    const { live, bases, layers, targets } = this.stacked;
    const entry = live[node]!;
    if (entry < 0) return { kind: 'directory', path, layer: -1, meta: IMPLIED };
    const layer = layerOf(bases, entry);
    const target = targets.get(entry) ?? entry;
    const from = layerOf(bases, target);
    return new StackNode({
      path,
      layer,
      scan: layers[from]!,
      row: target - bases[from]!,
      content: () => this.#content(from, target - bases[from]!),
    }).asNode();
  }
}

const IMPLIED: Metadata = { mode: 0o755, uid: 0, gid: 0, mtime: 0 };

function isSymlink(node: Node): node is SymlinkNode {
  return node.kind === 'symlink';
}

interface Place {
  readonly path: string;
  readonly layer: number;
  readonly scan: LayerScan;
  readonly row: number;
  readonly content: () => Content;
}

/** A node whose parts are made when they are asked for: most are asked for their path only. */
class StackNode {
  readonly path: string;
  readonly layer: number;
  readonly #place: Place;

  constructor(place: Place) {
    this.path = place.path;
    this.layer = place.layer;
    this.#place = place;
  }

  get meta(): Metadata {
    const { scan, row } = this.#place;
    const xattrs = scan.rare.get(row)?.xattrs;
    return {
      mode: scan.mode[row]!,
      uid: scan.uid[row]!,
      gid: scan.gid[row]!,
      mtime: scan.mtime[row]!,
      ...(xattrs === undefined ? {} : { xattrs }),
    };
  }

  get content(): Content {
    return this.#place.content();
  }

  get target(): string {
    const { scan, row } = this.#place;
    return decodeName(scan.links.subarray(row === 0 ? 0 : scan.linkEnd[row - 1]!, scan.linkEnd[row]!));
  }

  asNode(): Node {
    const { scan, row } = this.#place;
    const kind = TYPES[scan.type[row]!]!;
    const [major, minor] = scan.rare.get(row)?.device ?? [0, 0];
    switch (kind) {
      case 'file':
      case 'symlink':
      case 'directory':
      case 'fifo':
        return Object.assign(this, { kind });
      case 'character':
      case 'block':
        return Object.assign(this, { kind, major, minor });
      case 'hardlink':
        throw new SampanError('internal', `a hard link is not a node: ${this.path}`);
    }
  }
}
