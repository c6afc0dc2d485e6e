import { createHash } from 'node:crypto';
import type { ByteSpace } from '../bytes/index.ts';
import { type Catalogue, type OldFile, plainPath } from './catalogue.ts';

/** A file of a new layer: where its stored bytes are there. */
export interface NewFile {
  readonly path: string;
  readonly at: number;
  readonly size: number;
}

const CHUNK_BYTES = 1 << 20;

/** Finds old files with exactly the bytes of new ones. Remembers what it has hashed. */
export class SameFinder {
  readonly #catalogue: Catalogue;
  readonly #old: ByteSpace;
  readonly #digests = new Map<number, string>();
  readonly #mine = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  readonly #theirs = Buffer.allocUnsafeSlow(CHUNK_BYTES);

  constructor(catalogue: Catalogue, old: ByteSpace) {
    this.#catalogue = catalogue;
    this.#old = old;
  }

  /** The old file of the same path first, then any other. */
  find(file: NewFile, layer: ByteSpace): OldFile | undefined {
    const named = this.#catalogue.byPath.get(plainPath(file.path));
    if (named?.size === file.size && this.#isSame(named, file, layer)) return named;
    const others = this.#catalogue.bySize.get(file.size)?.filter(other => other !== named) ?? [];
    if (others.length === 0) return undefined;
    const digest = this.#digest(layer, file);
    return others.find(other => {
      const known = this.#digests.get(other.at) ?? this.#digest(this.#old, other);
      this.#digests.set(other.at, known);
      return known === digest;
    });
  }

  #isSame(old: OldFile, file: NewFile, layer: ByteSpace): boolean {
    for (let at = 0; at < file.size; at += CHUNK_BYTES) {
      const size = Math.min(CHUNK_BYTES, file.size - at);
      const mine = this.#mine.subarray(0, size);
      const theirs = this.#theirs.subarray(0, size);
      layer.read(file.at + at, mine);
      this.#old.read(old.at + at, theirs);
      if (!mine.equals(theirs)) return false;
    }
    return true;
  }

  #digest(space: ByteSpace, file: { readonly at: number; readonly size: number }): string {
    const hash = createHash('sha256');
    for (let at = 0; at < file.size; at += CHUNK_BYTES) {
      const chunk = this.#mine.subarray(0, Math.min(CHUNK_BYTES, file.size - at));
      space.read(file.at + at, chunk);
      hash.update(chunk);
    }
    return hash.digest('base64');
  }
}
