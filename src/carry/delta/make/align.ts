import { release } from '../../../core/bytes/index.ts';

/** A run of new bytes that resembles old ones, byte by byte. */
export interface Segment {
  readonly old: number;
  readonly new: number;
  readonly size: number;
}

const SEED_BYTES = 8;
/** Old places that are looked at for one new place. */
const DEPTH = 16;
const LONG_ENOUGH = 256;
const MIN_EXACT = 16;
const MIN_SCORE = 24;
/** A match counts one, a difference so much less; a run ends when it falls so far below its best. */
const MISMATCH = 2;
const DROP = 48;
const MAX_TABLE_BITS = 22;
const INDEXED = 8 << 20;

/**
 * Finds which old bytes the new ones come from, differences included: what bsdiff calls approximate matches.
 * The segments are in the order of the new bytes and do not overlap there.
 */
export function align(old: Uint8Array, fresh: Uint8Array): readonly Segment[] {
  const aligner = new Aligner(old, fresh);
  try {
    return aligner.run();
  } finally {
    aligner.release();
  }
}

class Aligner {
  readonly #old: Uint8Array;
  readonly #new: Uint8Array;
  readonly #step: number;
  readonly #bits: number;
  readonly #heads: Int32Array;
  readonly #chain: Int32Array;
  readonly #found: Segment[] = [];
  #end = 0;
  #shift = 0;

  constructor(old: Uint8Array, fresh: Uint8Array) {
    this.#old = old;
    this.#new = fresh;
    this.#step = 2 ** Math.max(0, Math.ceil(Math.log2(old.length / INDEXED)));
    this.#bits = Math.max(10, Math.min(MAX_TABLE_BITS, Math.ceil(Math.log2(old.length / this.#step + 1))));
    this.#heads = new Int32Array(2 ** this.#bits).fill(-1);
    this.#chain = new Int32Array(Math.ceil(old.length / this.#step));
    const last = Math.floor((old.length - SEED_BYTES) / this.#step);
    for (let i = last; i >= 0; i -= 1) {
      const seed = this.#seed(old, i * this.#step);
      this.#chain[i] = this.#heads[seed]!;
      this.#heads[seed] = i;
    }
  }

  run(): readonly Segment[] {
    const last = this.#new.length - SEED_BYTES;
    for (let at = 0; at <= last; ) {
      const from = this.#candidate(at);
      at = from < 0 ? at + 1 : this.#take(at, from);
    }
    return this.#found;
  }

  /** Frees the tables. It cannot run again. */
  release(): void {
    release(this.#heads);
    release(this.#chain);
  }

  #seed(bytes: Uint8Array, i: number): number {
    const low = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    const high = bytes[i + 4]! | (bytes[i + 5]! << 8) | (bytes[i + 6]! << 16) | (bytes[i + 7]! << 24);
    const mixed = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca77);
    return Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) >>> (32 - this.#bits);
  }

  /** The old place whose bytes equal those at `at` for longest; going on as before counts more. */
  #candidate(at: number): number {
    let best = -1;
    let length = MIN_EXACT - 1;
    const same = at + this.#shift;
    if (same >= 0 && same < this.#old.length) {
      const run = this.#exact(same, at);
      if (run >= SEED_BYTES) {
        best = same;
        length = Math.max(run + SEED_BYTES, length);
      }
    }
    let index = this.#heads[this.#seed(this.#new, at)]!;
    for (let depth = 0; index >= 0 && depth < DEPTH && length < LONG_ENOUGH; depth += 1) {
      const run = this.#exact(index * this.#step, at);
      if (run > length) {
        best = index * this.#step;
        length = run;
      }
      index = this.#chain[index]!;
    }
    return best;
  }

  #exact(old: number, at: number): number {
    const most = Math.min(LONG_ENOUGH, this.#old.length - old, this.#new.length - at);
    let run = 0;
    while (run < most && this.#old[old + run] === this.#new[at + run]) run += 1;
    return run;
  }

  /** Makes a segment through `at`, and says where to go on. */
  #take(at: number, from: number): number {
    const shift = from - at;
    const end = this.#forward(at, shift);
    if (end < 0) return at + 1;
    const start = this.#backward(at, shift);
    this.#found.push({ old: start + shift, new: start, size: end - start });
    this.#end = end;
    this.#shift = shift;
    return end;
  }

  #forward(at: number, shift: number): number {
    const stop = Math.min(this.#new.length, this.#old.length - shift);
    let score = 0;
    let best = 0;
    let end = -1;
    for (let i = at; i < stop; i += 1) {
      if (this.#old[i + shift] === this.#new[i]) {
        score += 1;
        if (score > best) {
          best = score;
          end = i + 1;
        }
      } else {
        score -= MISMATCH;
        if (score < best - DROP) break;
      }
    }
    return best < MIN_SCORE ? -1 : end;
  }

  #backward(at: number, shift: number): number {
    const stop = Math.max(this.#end, -shift);
    let score = 0;
    let best = 0;
    let start = at;
    for (let i = at - 1; i >= stop; i -= 1) {
      if (this.#old[i + shift] === this.#new[i]) {
        score += 1;
        if (score > best) {
          best = score;
          start = i;
        }
      } else {
        score -= MISMATCH;
        if (score < best - DROP / 2) break;
      }
    }
    return start;
  }
}

/**
 * The heaviest choice of segments whose old bytes are in the order of the new ones. What is left out was
 * taken from elsewhere, and says nothing of where things moved.
 */
export function chainOf(segments: readonly Segment[]): readonly Segment[] {
  const starts = [...new Set(segments.map(segment => segment.old))].sort((a, b) => a - b);
  const rank = new Map(starts.map((start, i) => [start, i + 1]));
  // A tree of maxima over the ranks (Fenwick).
  const best = new Float64Array(starts.length + 1);
  const holder = new Int32Array(starts.length + 1).fill(-1);
  const before = new Int32Array(segments.length).fill(-1);
  let top = -1;
  let topWeight = -1;
  for (const [i, segment] of segments.entries()) {
    const own = rank.get(segment.old)!;
    let weight = 0;
    for (let at = own; at > 0; at -= at & -at) {
      if (best[at]! <= weight) continue;
      weight = best[at]!;
      before[i] = holder[at]!;
    }
    weight += segment.size;
    for (let at = own; at <= starts.length; at += at & -at) {
      if (best[at]! >= weight) continue;
      best[at] = weight;
      holder[at] = i;
    }
    if (weight > topWeight) [top, topWeight] = [i, weight];
  }
  const chain: Segment[] = [];
  for (let i = top; i >= 0; i = before[i]!) chain.push(segments[i]!);
  return chain.reverse();
}
