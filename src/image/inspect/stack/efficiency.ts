import { enlarged, type LayerScan } from '../scan/index.ts';
import type { Names } from './names.ts';
import type { Efficiency } from './stacked.ts';

/**
 * The efficiency score that people know from dive. For each path, the sizes that it has in the layers that list it
 * are added up (what is discovered), and the least of them is what would have done. A path counts where a layer has
 * nothing below it. A whiteout lists its path with the size of the directory that it removes, or 0 for a file. The
 * score is the sum of the least sizes divided by the sum of all; wasted are all sizes of paths listed twice or more.
 */
export class EfficiencyCounter {
  readonly #names: Names;
  #sum: Float64Array;
  #least: Float64Array;
  #times: Uint16Array;
  /** The last layer (counted from 1) that has something below a node. */
  #inner: Int32Array;
  #listed: Int32Array;

  /** `expected` is about how many names there will be. */
  constructor(names: Names, expected: number) {
    this.#names = names;
    this.#sum = new Float64Array(expected);
    this.#least = new Float64Array(expected);
    this.#times = new Uint16Array(expected);
    this.#inner = new Int32Array(expected);
    this.#listed = new Int32Array(expected);
  }

  /** Counts a layer. `nodes` are those of its entries; the sizes of removed directories are those before it. */
  count(
    layer: number,
    scan: LayerScan,
    found: {
      readonly nodes: Int32Array;
      readonly whiteouts: readonly { readonly node: number; readonly bytes: number }[];
      readonly passed: (row: number) => boolean;
    },
  ): void {
    this.#fit();
    const stamp = layer + 1;
    for (let row = 0; row < scan.count; row += 1) this.#mark(found.nodes[row]!, stamp);
    // The last entry of a path counts, as in an archive that is unpacked.
    for (let row = scan.count - 1; row >= 0; row -= 1) {
      const node = found.nodes[row]!;
      if (found.passed(row) || this.#inner[node] === stamp || this.#listed[node] === stamp || node === 0)
        continue;
      this.#listed[node] = stamp;
      this.#add(node, scan.size[row]!);
    }
    for (const { node, bytes } of found.whiteouts) this.#add(node, bytes);
  }

  /** All nodes above one hold something in this layer. */
  #mark(node: number, stamp: number): void {
    const { parent } = this.#names;
    for (let at = parent[node]!; this.#inner[at] !== stamp; at = parent[at]!) this.#inner[at] = stamp;
  }

  #add(node: number, bytes: number): void {
    const times = this.#times[node]!;
    this.#least[node] = times === 0 ? bytes : Math.min(this.#least[node]!, bytes);
    this.#sum[node] = this.#sum[node]! + bytes;
    this.#times[node] = Math.min(times + 1, 0xffff);
  }

  #fit(): void {
    const { count } = this.#names;
    if (this.#sum.length >= count) return;
    this.#sum = enlarged(this.#sum, count);
    this.#least = enlarged(this.#least, count);
    this.#times = enlarged(this.#times, count);
    this.#inner = enlarged(this.#inner, count);
    this.#listed = enlarged(this.#listed, count);
  }

  /** The figures so far. An image without bytes is efficient. */
  result(): Efficiency {
    this.#fit();
    let discovered = 0;
    let least = 0;
    let wastedBytes = 0;
    const paths: { node: number; bytes: number; times: number }[] = [];
    for (let node = 0; node < this.#names.count; node += 1) {
      const bytes = this.#sum[node]!;
      discovered += bytes;
      least += this.#least[node]!;
      if (this.#times[node]! < 2) continue;
      wastedBytes += bytes;
      if (bytes > 0) paths.push({ node, bytes, times: this.#times[node]! });
    }
    paths.sort((a, b) => b.bytes - a.bytes || a.node - b.node);
    return { score: discovered === 0 ? 1 : least / discovered, wastedBytes, paths };
  }
}
