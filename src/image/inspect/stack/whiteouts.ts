import type { LayerScan } from '../scan/index.ts';
import type { Names } from './names.ts';

const WHITEOUT = Buffer.from('.wh.');
const RESERVED = Buffer.from('.wh..wh.');
const OPAQUE = Buffer.from('.wh..wh..opq');

/** An entry that stands for a removal (OCI image spec 1.1, layer.md, "Whiteouts"). */
export interface Whiteout {
  /** What is removed; for an opaque one the directory that is emptied; -1 when it means nothing. */
  readonly node: number;
  readonly opaque: boolean;
  readonly row: number;
}

/** The whiteouts of a layer; `nodes` are those of its entries. Names that are removed are made where they are not. */
export function findWhiteouts(names: Names, scan: LayerScan, nodes: Int32Array): Whiteout[] {
  const found: Whiteout[] = [];
  for (let row = 0; row < scan.count; row += 1) {
    const node = nodes[row]!;
    if (!names.startsWith(node, WHITEOUT)) continue;
    const parent = names.parent[node]!;
    if (names.startsWith(node, RESERVED)) {
      const opaque = names.nameLength[node] === OPAQUE.length && names.startsWith(node, OPAQUE);
      found.push({ node: opaque ? parent : -1, opaque, row });
    } else found.push({ node: removedName(names, parent, names.nameOf(node)), opaque: false, row });
  }
  return found;
}

function removedName(names: Names, parent: number, name: Uint8Array): number {
  // A copy: the names may move when one is added.
  const removed = Buffer.from(name.subarray(WHITEOUT.length));
  return removed.length === 0 ? -1 : names.child(parent, removed, 0, removed.length);
}
