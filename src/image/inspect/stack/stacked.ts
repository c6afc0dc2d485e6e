import type { LayerScan } from '../scan/index.ts';
import type { Names } from './names.ts';

/** What made a file of a layer useless. */
export type HiddenBy = 'removed' | 'replaced' | 'metadata';

/** A file that a layer carries and a later one hides. */
export interface Hidden {
  /** The layer that carries it, and its row there. */
  readonly layer: number;
  readonly row: number;
  readonly node: number;
  /** The layer that hides it. */
  readonly by: number;
  /** `metadata`: only its owner, mode or attributes are different there. */
  readonly how: HiddenBy;
  /** Bytes that nothing uses any more: 0 while another name of the file still does. */
  readonly bytes: number;
}

/** What one layer does. Directories are not counted. */
export interface LayerChange {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** Bytes of files that it carries; a file with several names counts once. */
  readonly bytes: number;
  /** Of those, bytes that later layers hide. */
  readonly hiddenBytes: number;
}

/** dive's figures: see `efficiency.ts`. */
export interface Efficiency {
  /** 0 to 1. */
  readonly score: number;
  readonly wastedBytes: number;
  /** Paths that two layers or more touch, and the sum of their sizes there, the largest first. */
  readonly paths: readonly { readonly node: number; readonly bytes: number; readonly times: number }[];
}

/** The layers of an image, one over the other. */
export interface Stacked {
  readonly names: Names;
  readonly layers: readonly LayerScan[];
  /** For each node the entry that a container sees there; -1 for nothing, -2 for a directory that no layer names. */
  readonly live: Int32Array;
  /** Nodes that a container sees, below each node and itself. */
  readonly liveCount: Int32Array;
  /** Bytes of files below each node and itself. */
  readonly liveBytes: Float64Array;
  /** Entries are counted through all layers: where each layer begins, and the end. */
  readonly bases: Int32Array;
  /** For each hard link, by its entry, the entry of the file itself. */
  readonly targets: ReadonlyMap<number, number>;
  readonly changes: readonly LayerChange[];
  readonly hidden: readonly Hidden[];
  readonly efficiency: Efficiency;
}

/** Told after each layer what lives then, as {@link Stacked.live}; it changes with the next layer. */
export type Watch = (layer: number, live: Int32Array) => void;

/** Which layer an entry is in. */
export function layerOf(bases: Int32Array, entry: number): number {
  let low = 0;
  let high = bases.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (bases[middle]! <= entry) low = middle;
    else high = middle - 1;
  }
  return low;
}
