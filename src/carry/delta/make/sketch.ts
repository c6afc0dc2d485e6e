import type { ByteSpace } from '../bytes/index.ts';
import type { OldFile } from './catalogue.ts';
import type { NewFile } from './same.ts';

/** Smaller files say too little, and cost little. */
const MIN_BYTES = 1 << 10;
/** No more of a file is looked at. */
const HEAD_BYTES = 1 << 18;
/** No more of the old image is looked at. */
const TOTAL_BYTES = 192 << 20;
const HASHES = 12;
const MIN_COMMON = 2;
/** One place of so many counts. */
const SAMPLE_MASK = 0x3f;
const SIZE_RATIO = 8;

/**
 * Sketches of old files: the smallest hashes of places that the content itself chooses, so that files with
 * common parts have common hashes wherever these are. Made when first asked.
 */
export class SketchIndex {
  readonly #files: readonly OldFile[];
  readonly #old: ByteSpace;
  #index: Map<number, OldFile[]> | undefined;

  constructor(files: readonly OldFile[], old: ByteSpace) {
    this.#files = files;
    this.#old = old;
  }

  /** The old file with the most in common; absent when there is little. */
  find(file: NewFile, layer: ByteSpace): OldFile | undefined {
    if (file.size < MIN_BYTES) return undefined;
    this.#index ??= this.#make();
    const common = new Map<OldFile, number>();
    for (const hash of sketchOf(layer, file)) {
      for (const old of this.#index.get(hash) ?? []) common.set(old, (common.get(old) ?? 0) + 1);
    }
    let best: OldFile | undefined;
    let most = MIN_COMMON - 1;
    for (const [old, count] of common) {
      const isNear = old.size < file.size * SIZE_RATIO && file.size < old.size * SIZE_RATIO;
      if (isNear && count > most) [best, most] = [old, count];
    }
    return best;
  }

  #make(): Map<number, OldFile[]> {
    const index = new Map<number, OldFile[]>();
    let left = TOTAL_BYTES;
    for (const file of this.#files) {
      if (file.size < MIN_BYTES) continue;
      left -= Math.min(file.size, HEAD_BYTES);
      if (left < 0) break;
      for (const hash of sketchOf(this.#old, file)) {
        const held = index.get(hash);
        if (held === undefined) index.set(hash, [file]);
        else if (held.length < 16) held.push(file);
      }
    }
    return index;
  }
}

function sketchOf(space: ByteSpace, file: { readonly at: number; readonly size: number }): readonly number[] {
  const bytes = Buffer.allocUnsafe(Math.min(file.size, HEAD_BYTES));
  space.read(file.at, bytes);
  const found = new Set<number>();
  let hash = 0;
  for (const byte of bytes) {
    // What is 32 bytes back has been shifted out.
    hash = (Math.imul(hash, 2) + Math.imul(byte + 1, 0x9e3779b1)) | 0;
    if (((hash >>> 20) & SAMPLE_MASK) === 0) found.add(Math.imul(hash, 0x85ebca77) >>> 0);
  }
  return [...found].sort((a, b) => a - b).slice(0, HASHES);
}
