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
    const name = names.nameOf(node);
    if (!startsWith(name, WHITEOUT)) continue;
    const parent = names.parent[node]!;
    if (startsWith(name, RESERVED)) {
      const opaque = name.length === OPAQUE.length && startsWith(name, OPAQUE);
      found.push({ node: opaque ? parent : -1, opaque, row });
    } else found.push({ node: removedName(names, parent, name), opaque: false, row });
  }
  return found;
}

function removedName(names: Names, parent: number, name: Uint8Array): number {
  // A copy: the names may move when one is added.
  const removed = Buffer.from(name.subarray(WHITEOUT.length));
  return removed.length === 0 ? -1 : names.child(parent, removed, { from: 0, to: removed.length });
}

function startsWith(name: Uint8Array, prefix: Uint8Array): boolean {
  if (name.length < prefix.length) return false;
  for (let at = 0; at < prefix.length; at += 1) if (name[at] !== prefix[at]) return false;
  return true;
}
