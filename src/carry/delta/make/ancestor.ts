import type { ByteSpace } from '../bytes/index.ts';
import { baseName, type Catalogue, likePath, type OldFile, plainPath } from './catalogue.ts';
import type { NewFile } from './same.ts';
import { SketchIndex } from './sketch.ts';

/** Finds the old file that a changed or new file most likely comes from. */
export class AncestorFinder {
  readonly #catalogue: Catalogue;
  readonly #sketches: SketchIndex;

  constructor(catalogue: Catalogue, old: ByteSpace) {
    this.#catalogue = catalogue;
    this.#sketches = new SketchIndex(catalogue.files, old);
  }

  /** By path, then by a path or name that differs in version numbers alone, then by content. */
  find(file: NewFile, layer: ByteSpace): OldFile | undefined {
    const path = plainPath(file.path);
    const { byPath, byLikePath, byLikeName } = this.#catalogue;
    return (
      byPath.get(path) ??
      closest(byLikePath.get(likePath(path)), file) ??
      this.#sketches.find(file, layer) ??
      closest(byLikeName.get(likePath(baseName(path))), file)
    );
  }
}

function closest(found: readonly OldFile[] | undefined, file: NewFile): OldFile | undefined {
  const distance = (each: OldFile): number => Math.abs(Math.log(each.size / file.size));
  return found?.reduce((best, each) => (distance(each) < distance(best) ? each : best));
}
