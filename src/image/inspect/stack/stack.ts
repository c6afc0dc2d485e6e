import { SampanError, wrap } from '../../../core/errors/index.ts';
import { enlarged, type LayerScan, TYPE } from '../scan/index.ts';
import { differenceOf, type Row } from './difference.ts';
import { EfficiencyCounter } from './efficiency.ts';
import { Names } from './names.ts';
import { PathReader } from './paths.ts';
import { followLinks } from './resolve.ts';
import { type Hidden, type HiddenBy, layerOf, type Stacked, type Watch } from './stacked.ts';
import { findWhiteouts, type Whiteout } from './whiteouts.ts';

const NOTHING = -1;
const IMPLIED = -2;
const MAX_ENTRIES = 8_000_000;

/**
 * Stacks layers, the lowest first (OCI image spec 1.1, layer.md, "Applying Changesets"), and keeps account of what
 * each of them adds and hides.
 *
 * @throws SampanError `invalid` for a layer that cannot be applied, `limit`.
 */
export function stackScans(layers: readonly LayerScan[], watch?: Watch): Stacked {
  const total = layers.reduce((sum, layer) => sum + layer.count, 0);
  if (total > MAX_ENTRIES) {
    throw new SampanError('limit', `the image has ${total} entries, at most ${MAX_ENTRIES} are handled`);
  }
  const stack = new Stack(layers);
  for (const index of layers.keys()) {
    try {
      stack.apply(index);
      watch?.(index, stack.live());
    } catch (error) {
      throw wrap(`layer ${index + 1} of ${layers.length}`, error);
    }
  }
  return stack.finish();
}

class Stack {
  readonly #layers: readonly LayerScan[];
  readonly #names: Names;
  readonly #efficiency: EfficiencyCounter;
  readonly #bases: Int32Array;
  readonly #targets = new Map<number, number>();
  /** How many live names the file of an entry has. Absent: one, or none. */
  readonly #linked = new Map<number, number>();
  readonly #hidden: Hidden[] = [];
  readonly #changes: {
    added: number;
    changed: number;
    removed: number;
    bytes: number;
    hiddenBytes: number;
  }[] = [];
  #live: Int32Array;
  #liveCount: Int32Array;
  #liveBytes: Float64Array;
  /** The last layer (counted from 1) that removed a node. */
  #removedIn: Int32Array;

  constructor(layers: readonly LayerScan[]) {
    this.#layers = layers;
    this.#bases = new Int32Array(layers.length + 1);
    for (const [i, { count }] of layers.entries()) this.#bases[i + 1] = this.#bases[i]! + count;
    // Hardly more, however many layers there are: most directories have an entry too.
    const nodes = this.#bases[layers.length]! + 1;
    this.#names = new Names(nodes);
    this.#efficiency = new EfficiencyCounter(this.#names, nodes);
    this.#live = new Int32Array(nodes).fill(NOTHING);
    this.#liveCount = new Int32Array(nodes);
    this.#liveBytes = new Float64Array(nodes);
    this.#removedIn = new Int32Array(nodes);
    this.#live[0] = IMPLIED;
    this.#liveCount[0] = 1;
  }

  apply(layer: number): void {
    const scan = this.#layers[layer]!;
    this.#changes.push({ added: 0, changed: 0, removed: 0, bytes: 0, hiddenBytes: 0 });
    const nodes = this.#locate(scan);
    const whiteouts = findWhiteouts(this.#names, scan, nodes);
    this.#fit();
    const rows = new Set(whiteouts.map(each => each.row));
    if (whiteouts.length > 0) this.#sumUp();
    this.#efficiency.count(layer, scan, {
      nodes,
      whiteouts: whiteouts
        .filter(({ node, opaque }) => !opaque && (this.#live[node] ?? NOTHING) !== NOTHING)
        .map(({ node }) => ({ node, bytes: this.#isDirectory(node) ? this.#liveBytes[node]! : 0 })),
      passed: row => rows.size > 0 && rows.has(row),
    });
    for (const whiteout of whiteouts) this.#whiteOut(whiteout, layer);
    for (let row = 0; row < scan.count; row += 1) {
      if (rows.size === 0 || !rows.has(row)) this.#put(nodes[row]!, layer, row);
    }
  }

  #locate(scan: LayerScan): Int32Array {
    const nodes = new Int32Array(scan.count);
    const reader = new PathReader(this.#names, node => this.#followed(node));
    let start = 0;
    for (let row = 0; row < scan.count; row += 1) {
      const end = scan.pathEnd[row]!;
      nodes[row] = reader.node(scan.paths, start, end);
      start = end;
    }
    return nodes;
  }

  /** A directory of a path may be a symbolic link of a layer below. */
  #followed(node: number): number {
    const entry = node < this.#live.length ? this.#live[node]! : NOTHING;
    if (entry < 0) return node;
    const layer = layerOf(this.#bases, entry);
    if (this.#layers[layer]!.type[entry - this.#bases[layer]!] !== TYPE.symlink) return node;
    const led = followLinks(this.#view(), node);
    return led === -1 || !this.#isDirectory(led) ? node : led;
  }

  #view(): Pick<Stacked, 'names' | 'layers' | 'live' | 'bases'> {
    return { names: this.#names, layers: this.#layers, live: this.#live, bases: this.#bases };
  }

  #whiteOut({ node, opaque }: Whiteout, layer: number): void {
    if (!opaque && node !== -1) this.#remove(node, { layer, how: 'removed' });
    if (!opaque) return;
    for (let child = this.#names.firstChild[node]!; child !== -1; child = this.#names.nextSibling[child]!) {
      this.#remove(child, { layer, how: 'removed' });
    }
  }

  /** Removes a node and all below it. Below what is gone nothing is left. */
  #remove(node: number, by: By): void {
    if (this.#live[node] === NOTHING) return;
    const todo = [node];
    for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
      this.#hide(at, by);
      for (let child = this.#names.firstChild[at]!; child !== -1; child = this.#names.nextSibling[child]!) {
        if (this.#live[child] !== NOTHING) todo.push(child);
      }
      this.#live[at] = NOTHING;
    }
  }

  /** Takes account of what was at a node. */
  #hide(node: number, { layer, how }: By): void {
    const entry = this.#live[node]!;
    if (entry < 0 || this.#isDirectory(node)) return;
    const change = this.#changes[layer]!;
    if (how === 'removed') {
      change.removed += 1;
      this.#removedIn[node] = layer + 1;
    }
    const from = layerOf(this.#bases, entry);
    const bytes = this.#released(entry);
    const row = entry - this.#bases[from]!;
    this.#changes[from]!.hiddenBytes += bytes;
    this.#hidden.push({ layer: from, row, node, by: layer, how, bytes });
  }

  /** Bytes that nothing needs when this name goes. */
  #released(entry: number): number {
    const file = this.#targets.get(entry) ?? entry;
    const left = (this.#linked.get(file) ?? 1) - 1;
    if (this.#linked.has(file)) this.#linked.set(file, left);
    const layer = layerOf(this.#bases, file);
    return left > 0 ? 0 : this.#layers[layer]!.size[file - this.#bases[layer]!]!;
  }

  #put(node: number, layer: number, row: number): void {
    const scan = this.#layers[layer]!;
    const isDirectory = scan.type[row] === TYPE.directory;
    const entry = this.#bases[layer]! + row;
    const before = this.#live[node]!;
    if (!isDirectory) this.#count(node, layer, scan.size[row]!);
    if (before !== NOTHING && !(isDirectory && this.#isDirectory(node))) {
      if (this.#isDirectory(node)) this.#remove(node, { layer, how: 'removed' });
      else {
        this.#hide(node, { layer, how: differenceOf(this.#at(before), this.#at(entry)) });
        this.#live[node] = NOTHING;
      }
    }
    if (scan.type[row] === TYPE.hardlink) this.#link(node, layer, row);
    this.#set(node, entry, layer);
  }

  #count(node: number, layer: number, bytes: number): void {
    const change = this.#changes[layer]!;
    change.bytes += bytes;
    if (this.#removedIn[node] === layer + 1) {
      change.removed -= 1;
      change.changed += 1;
    } else if (this.#live[node]! === NOTHING) change.added += 1;
    else if (this.#live[node]! < this.#bases[layer]!) change.changed += 1;
  }

  #at(entry: number): Row {
    const layer = layerOf(this.#bases, entry);
    return { scan: this.#layers[layer]!, row: entry - this.#bases[layer]! };
  }

  #link(node: number, layer: number, row: number): void {
    const scan = this.#layers[layer]!;
    const link = scan.links.subarray(row === 0 ? 0 : scan.linkEnd[row - 1]!, scan.linkEnd[row]!);
    const target = new PathReader(this.#names, at => this.#followed(at)).node(link);
    this.#fit();
    const entry = this.#live[target] ?? NOTHING;
    if (entry < 0 || this.#isDirectory(target) || target === node) {
      const shown = JSON.stringify(Buffer.from(link).toString());
      throw damaged(`the layer links to ${shown}, which is not a file in it`);
    }
    const file = this.#targets.get(entry) ?? entry;
    this.#targets.set(this.#bases[layer]! + row, file);
    this.#linked.set(file, (this.#linked.get(file) ?? 1) + 1);
  }

  #isDirectory(node: number): boolean {
    const entry = this.#live[node]!;
    if (entry < 0) return entry === IMPLIED;
    const layer = layerOf(this.#bases, entry);
    return this.#layers[layer]!.type[entry - this.#bases[layer]!] === TYPE.directory;
  }

  /** What is above something that lives is a directory that lives. */
  #set(node: number, entry: number, layer: number): void {
    this.#live[node] = entry;
    for (let at = node; at !== 0; ) {
      at = this.#names.parent[at]!;
      if (this.#live[at] !== NOTHING) {
        if (this.#isDirectory(at)) return;
        this.#giveWay(at, layer);
      }
      this.#live[at] = IMPLIED;
    }
  }

  /** A file of a lower layer gives way to a directory that nobody names. */
  #giveWay(node: number, layer: number): void {
    if (this.#live[node]! >= this.#bases[layer]!) {
      throw damaged(`the layer puts files below ${this.#names.pathOf(node)}, which is a file`);
    }
    this.#hide(node, { layer, how: 'replaced' });
  }

  /** Adds up what lives below each node. A child comes after its parent. */
  #sumUp(): void {
    const { parent } = this.#names;
    this.#liveCount.fill(0);
    this.#liveBytes.fill(0);
    for (let node = this.#names.count - 1; node >= 0; node -= 1) {
      const entry = this.#live[node]!;
      if (entry !== NOTHING) this.#liveCount[node]! += 1;
      if (entry >= 0) this.#liveBytes[node]! += this.#sizeOf(entry);
      if (node === 0 || this.#liveCount[node] === 0) continue;
      const above = parent[node]!;
      this.#liveCount[above]! += this.#liveCount[node]!;
      this.#liveBytes[above]! += this.#liveBytes[node]!;
    }
  }

  #sizeOf(entry: number): number {
    const layer = layerOf(this.#bases, entry);
    return this.#layers[layer]!.size[entry - this.#bases[layer]!]!;
  }

  #fit(): void {
    const { count } = this.#names;
    const had = this.#live.length;
    if (had >= count) return;
    this.#live = enlarged(this.#live, count).fill(NOTHING, had);
    this.#liveCount = enlarged(this.#liveCount, count);
    this.#liveBytes = enlarged(this.#liveBytes, count);
    this.#removedIn = enlarged(this.#removedIn, count);
  }

  live(): Int32Array {
    return this.#live.subarray(0, this.#names.count);
  }

  finish(): Stacked {
    this.#sumUp();
    return {
      ...this.#view(),
      liveCount: this.#liveCount,
      liveBytes: this.#liveBytes,
      targets: this.#targets,
      changes: this.#changes,
      hidden: this.#hidden,
      efficiency: this.#efficiency.result(),
    };
  }
}

interface By {
  readonly layer: number;
  readonly how: HiddenBy;
}

function damaged(message: string): SampanError {
  return new SampanError('invalid', message, { remedy: 'build or pull the image again: it is damaged' });
}
