import type { TarEntry } from '../../../core/tar/index.ts';
import type { Catalogue, OldFile, TarLayer } from './catalogue.ts';
import type { SameFinder } from './same.ts';

/** An entry of a new layer, and the old file with the same bytes. */
export interface SurveyedEntry {
  readonly entry: TarEntry;
  readonly same: OldFile | undefined;
}

/** What is the same and what is not. */
export interface Survey {
  readonly entries: readonly SurveyedEntry[];
  /** Of files that no old file equals. */
  readonly changedBytes: number;
}

/** Looks for each file of a layer in the old image. */
export function surveyLayer(layer: TarLayer, finder: SameFinder): Survey {
  let changedBytes = 0;
  const entries = layer.entries.map(entry => {
    if (entry.type !== 'file' || entry.storedSize === 0) return { entry, same: undefined };
    const file = { path: entry.path, at: entry.contentOffset, size: entry.storedSize };
    const same = finder.find(file, layer.space);
    if (same === undefined) changedBytes += file.size;
    return { entry, same };
  });
  return { entries, changedBytes };
}

/** The parts of the old image that are known, and the tools to search them. */
export interface OldSide {
  readonly catalogue: Catalogue;
  readonly finder: SameFinder;
}

/**
 * How hard to pack so many changed bytes: what is small gets the most. The figures keep two images of 1.7 GB
 * within three times of what `zstd -3 --patch-from` needs.
 */
export function levelFor(changedBytes: number): number {
  const megabytes = changedBytes / 1e6;
  if (megabytes <= 80) return 19;
  if (megabytes <= 160) return 15;
  return megabytes <= 320 ? 9 : 4;
}
