import type { TarEntry } from '../../../core/tar/index.ts';
import type { OldFile, TarLayer } from './catalogue.ts';
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

/** Below so many bytes of layers, time is worth less than size. */
const LARGE_BYTES = 1e9;

/**
 * The level of zstd for so many changed bytes of an image of `totalBytes`: what is small gets the most. For
 * large images the figures keep the making within a few times of what `zstd -3 --patch-from` needs.
 */
export function levelFor(changedBytes: number, totalBytes: number): number {
  const megabytes = changedBytes / 1e6;
  const [best, good, fair] = totalBytes < LARGE_BYTES ? [96, 192, 384] : [12, 40, 200];
  if (megabytes <= best) return 19;
  if (megabytes <= good) return 15;
  return megabytes <= fair ? 9 : 4;
}
