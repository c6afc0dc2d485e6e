import { TYPE } from '../scan/index.ts';
import { layerOf, type Stacked } from './stacked.ts';

const SLASH = 0x2f;
const DOT = 0x2e;
/** What the kernel allows on one path (Linux, path_resolution(7)). */
const MAX_SYMLINKS = 40;

/** What paths are looked up in. */
export type View = Pick<Stacked, 'names' | 'layers' | 'live' | 'bases'>;

/** How a path is looked up. */
export interface Lookup {
  /** Where a relative path begins; the root unless told. */
  readonly from?: number;
  /** Whether a symbolic link at the end is followed. */
  readonly followLast: boolean;
  /** Takes the symbolic links that were followed. */
  readonly via?: number[];
}

interface Rest {
  readonly bytes: Uint8Array;
  at: number;
}

/** The node that a path leads to; -1 when there is nothing, or it goes in a circle. */
export function lookUp(view: View, path: Uint8Array, lookup: Lookup): number {
  const todo: Rest[] = [{ bytes: path, at: 0 }];
  let node = lookup.from ?? 0;
  let hops = 0;
  for (let part = nextPart(todo); part !== undefined; part = nextPart(todo)) {
    if (part.to - part.from === 1 && part.bytes[part.from] === DOT) continue;
    if (isParent(part)) {
      node = node === 0 ? 0 : view.names.parent[node]!;
      continue;
    }
    const found = view.names.find(node, part.bytes, part.from, part.to);
    if (found === -1 || found >= view.live.length || view.live[found] === -1) return -1;
    const link = todo.length > 0 || lookup.followLast ? linkOf(view, found) : undefined;
    if (link === undefined) {
      node = found;
      continue;
    }
    hops += 1;
    if (hops > MAX_SYMLINKS) return -1;
    lookup.via?.push(found);
    if (link[0] === SLASH) node = 0;
    todo.push({ bytes: link, at: 0 });
  }
  return node;
}

interface Part {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/** The next name; what is read to its end leaves the list, so that an empty list means the last name. */
function nextPart(todo: Rest[]): Part | undefined {
  for (let rest = todo.at(-1); rest !== undefined; rest = todo.at(-1)) {
    const { bytes } = rest;
    while (rest.at < bytes.length && bytes[rest.at] === SLASH) rest.at += 1;
    const from = rest.at;
    while (rest.at < bytes.length && bytes[rest.at] !== SLASH) rest.at += 1;
    const to = rest.at;
    while (rest.at < bytes.length && bytes[rest.at] === SLASH) rest.at += 1;
    if (rest.at >= bytes.length) todo.pop();
    if (to > from) return { bytes, from, to };
  }
  return undefined;
}

function isParent({ bytes, from, to }: Part): boolean {
  return to - from === 2 && bytes[from] === DOT && bytes[from + 1] === DOT;
}

/** The target of the symbolic link at a node, as it is written; absent when it is none. */
export function linkOf(view: View, node: number): Uint8Array | undefined {
  const entry = view.live[node]!;
  if (entry < 0) return undefined;
  const layer = layerOf(view.bases, entry);
  const scan = view.layers[layer]!;
  const row = entry - view.bases[layer]!;
  if (scan.type[row] !== TYPE.symlink) return undefined;
  return scan.links.subarray(row === 0 ? 0 : scan.linkEnd[row - 1]!, scan.linkEnd[row]!);
}

/** Where the symbolic link at a node leads; -1 when nowhere, the node itself when it is none. */
export function followLinks(view: View, node: number): number {
  const link = linkOf(view, node);
  if (link === undefined) return node;
  return lookUp(view, link, { from: view.names.parent[node]!, followLast: true });
}
