import { BLOCK } from '../../../core/tar/index.ts';
import type { ByteSpace } from '../bytes/index.ts';
import { diffHeader, MAX_LITERAL_BYTES, TAR_HEADER_BYTES } from '../format/index.ts';
import type { AncestorFinder } from './ancestor.ts';
import { type Catalogue, plainPath, type TarLayer } from './catalogue.ts';
import { maxPatchBytes, patchFile } from './patch.ts';
import type { RecipeBuilder } from './recipe.ts';
import type { Survey, SurveyedEntry } from './survey.ts';

/** What a recipe is made of. */
export interface RecipeParts {
  readonly layer: TarLayer;
  readonly survey: Survey;
  readonly old: ByteSpace;
  readonly catalogue: Catalogue;
  readonly ancestors: AncestorFinder;
}

/**
 * Describes a layer, entry by entry, in the order of its tar. Yields after each file, so that whoever packs
 * the blocks can keep up.
 */
export function* describeLayer(parts: RecipeParts, recipe: RecipeBuilder): Generator<void, void, undefined> {
  const writer = new LayerWriter(parts, recipe);
  for (const each of parts.survey.entries) {
    writer.entry(each);
    yield;
  }
  writer.rest();
  recipe.close();
}

class LayerWriter {
  readonly #parts: RecipeParts;
  readonly #recipe: RecipeBuilder;
  #at = 0;
  #lastHeader: Buffer = Buffer.alloc(TAR_HEADER_BYTES);

  constructor(parts: RecipeParts, recipe: RecipeBuilder) {
    this.#parts = parts;
    this.#recipe = recipe;
  }

  entry({ entry, same }: SurveyedEntry): void {
    this.#plain(entry.headerOffset);
    if (entry.contentOffset - entry.headerOffset === TAR_HEADER_BYTES) this.#header(entry.path);
    this.#plain(entry.contentOffset);
    const size = entry.storedSize;
    if (size === 0) return;
    if (same === undefined) this.#changed(entry.path, size);
    else this.#same(same.at, size);
  }

  /** Zeros behind the file are copied with it where they can be, so that one run goes on to the next file. */
  #same(at: number, size: number): void {
    this.#at += size;
    const { old, layer } = this.#parts;
    const padding = Math.min((BLOCK - (size % BLOCK)) % BLOCK, layer.space.size - this.#at);
    const mine = this.#read(padding);
    const theirs = Buffer.alloc(Math.max(0, Math.min(padding, old.size - at - size)));
    old.read(at + size, theirs);
    const isSame = mine.equals(theirs);
    this.#recipe.add({ kind: 'copy', at, size: isSame ? size + padding : size });
    if (!isSame) this.#at -= padding;
  }

  /** What is after the last entry. */
  rest(): void {
    this.#plain(this.#parts.layer.space.size);
  }

  #header(path: string): void {
    const header = this.#read(TAR_HEADER_BYTES);
    const at = this.#parts.catalogue.headers.get(plainPath(path));
    let template = this.#lastHeader;
    if (at !== undefined) {
      template = Buffer.allocUnsafe(TAR_HEADER_BYTES);
      this.#parts.old.read(at, template);
    }
    // The same header is a copy, which joins the copies around it.
    if (at !== undefined && template.equals(header))
      this.#recipe.add({ kind: 'copy', at, size: TAR_HEADER_BYTES });
    else {
      this.#recipe.add({
        kind: 'header',
        header: diffHeader(header, { template, at, last: this.#lastHeader }),
      });
      this.#lastHeader = header;
    }
  }

  #changed(path: string, size: number): void {
    const file = { path, at: this.#at, size };
    const ancestor = this.#parts.ancestors.find(file, this.#parts.layer.space);
    if (ancestor === undefined || size > maxPatchBytes()) {
      this.#plain(this.#at + size);
      return;
    }
    for (const part of patchFile(this.#read(size), ancestor, this.#parts.old)) {
      if (part.kind === 'copy') this.#recipe.add(part);
      else this.#recipe.literal(part.bytes, part.parts);
    }
  }

  /** Bytes up to `end` that are like nothing else; zeros are told apart. */
  #plain(end: number): void {
    while (this.#at < end) {
      const bytes = this.#read(Math.min(end - this.#at, MAX_LITERAL_BYTES));
      const zeros = leadingZeros(bytes);
      if (zeros > 0) this.#recipe.add({ kind: 'zeros', size: zeros });
      if (zeros < bytes.length) this.#recipe.literal(bytes.subarray(zeros));
    }
  }

  #read(size: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(size);
    this.#parts.layer.space.read(this.#at, bytes);
    this.#at += size;
    return bytes;
  }
}

function leadingZeros(bytes: Buffer): number {
  let count = 0;
  while (count < bytes.length && bytes[count] === 0) count += 1;
  return count;
}
