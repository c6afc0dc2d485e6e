import { indexAt } from '../bytes/index.ts';

/** Remembers which layers of the old image recipes read. */
export class LayerUse {
  readonly #starts: Float64Array;
  readonly #used = new Set<number>();

  constructor(sizes: readonly number[]) {
    this.#starts = new Float64Array(sizes.length);
    let at = 0;
    for (const [i, size] of sizes.entries()) {
      this.#starts[i] = at;
      at += size;
    }
  }

  /** Notes that bytes are read: `size` of them from `at` on, all layers one after the other. */
  note(at: number, size: number): void {
    const last = indexAt(this.#starts, at + Math.max(size, 1) - 1);
    for (let layer = indexAt(this.#starts, at); layer <= last; layer += 1) this.#used.add(layer);
  }

  /** The layers by their place, ascending. */
  used(): readonly number[] {
    return [...this.#used].sort((a, b) => a - b);
  }
}
