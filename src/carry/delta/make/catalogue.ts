import type { TarEntry } from '../../../core/tar/index.ts';
import type { ByteSpace } from '../bytes/index.ts';

/** A layer whose tar can be read from anywhere. */
export interface TarLayer {
  readonly space: ByteSpace;
  readonly entries: readonly TarEntry[];
}

/** A file of the old image. */
export interface OldFile {
  readonly path: string;
  /** Where its content is: all layers' tars of the old image, one after the other. */
  readonly at: number;
  readonly size: number;
}

/** What of the old image new files may come from. Of several with one key, the later layer comes first. */
export interface Catalogue {
  readonly files: readonly OldFile[];
  readonly byPath: ReadonlyMap<string, OldFile>;
  readonly bySize: ReadonlyMap<number, readonly OldFile[]>;
  readonly byLikePath: ReadonlyMap<string, readonly OldFile[]>;
  readonly byLikeName: ReadonlyMap<string, readonly OldFile[]>;
  /** Where the header of 512 bytes is of an entry without extended headers. */
  readonly headers: ReadonlyMap<string, number>;
}

const HEADER_BYTES = 512;

/** The path without what writes it differently: `./usr/x/` is `usr/x`. */
export function plainPath(path: string): string {
  return path.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
}

/** The path with all version numbers made one: `lib/python3.11/os.py` and `lib/python3.12/os.py` are alike. */
export function likePath(path: string): string {
  return path.replace(/[0-9]+(?:[.][0-9]+)*/g, '#');
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Lists the files of the layers, the lowest first. */
export function catalogueOf(layers: readonly TarLayer[]): Catalogue {
  const files: OldFile[] = [];
  const headers = new Map<string, number>();
  let base = 0;
  for (const { space, entries } of layers) {
    for (const entry of entries) {
      const path = plainPath(entry.path);
      if (entry.contentOffset - entry.headerOffset === HEADER_BYTES)
        headers.set(path, base + entry.headerOffset);
      if (entry.type !== 'file' || entry.storedSize === 0) continue;
      files.push({ path, at: base + entry.contentOffset, size: entry.storedSize });
    }
    base += space.size;
  }
  const latest = files.toReversed();
  return {
    files,
    headers,
    byPath: new Map(files.map(file => [file.path, file])),
    bySize: Map.groupBy(latest, file => file.size),
    byLikePath: Map.groupBy(latest, file => likePath(file.path)),
    byLikeName: Map.groupBy(latest, file => likePath(baseName(file.path))),
  };
}
