import type { Found } from '../findings/index.ts';
import type { Ground } from '../ground.ts';
import { type Hidden, journalOf, type Step } from '../stack/index.ts';

/** All that is looked at when a tree is shown at one of its layers. */
export interface Terrain {
  readonly ground: Ground;
  readonly found: Found;
  readonly steps: readonly Step[];
  /** Of each entry, through all layers. */
  readonly sizes: Float64Array;
  readonly types: Uint8Array;
  /** For each entry, counted from 1, its place among {@link Terrain.hidden}; 0 for what stays. */
  readonly hiding: Int32Array;
  readonly hidden: readonly Hidden[];
  /** Every node's own name in lower case; made when it is first asked for. */
  lowerNames(): readonly string[];
}

/** Prepares an image that was inspected to be surveyed. */
export function terrainOf(ground: Ground, found: Found): Terrain {
  const { names, layers, bases, hidden } = ground.stacked;
  const count = bases.at(-1) ?? 0;
  const sizes = new Float64Array(count);
  const types = new Uint8Array(count);
  for (const [i, { size, type, count: rows }] of layers.entries()) {
    sizes.set(size.subarray(0, rows), bases[i]);
    types.set(type.subarray(0, rows), bases[i]);
  }
  const hiding = new Int32Array(count);
  for (const [i, { layer, row, bytes }] of hidden.entries()) {
    if (bytes > 0) hiding[bases[layer]! + row] = i + 1;
  }
  let lower: readonly string[] | undefined;
  const lowerNames = (): readonly string[] => {
    lower ??= Array.from({ length: names.count }, (_, node) => names.textOf(node).toLowerCase());
    return lower;
  };
  return { ground, found, steps: journalOf(layers), sizes, types, hiding, hidden, lowerNames };
}
