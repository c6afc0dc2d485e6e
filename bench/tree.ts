import { EMPTY } from '../src/core/bytes/index.ts';
import type { LocalLayer } from '../src/core/store/index.ts';
import type { TarEntry, TarType } from '../src/core/tar/index.ts';
import { stackLayers } from '../src/image/tree/index.ts';
import { type Benchmark, type Measurement, type MeasureOptions, secondsOf } from './benchmark.ts';

const ENTRIES = 200_000;
const LAYERS = 60;

/** Stacking: one large layer, and the same entries spread over a long chain in which each layer changes the last. */
export const treeBenchmark: Benchmark = {
  name: 'tree',
  summary: `${ENTRIES} entries stacked to the tree that a container sees, in one layer and in ${LAYERS}`,
  async measure({ runs }: MeasureOptions): Promise<readonly Measurement[]> {
    const one = [layerOf(entriesOf(0, ENTRIES))];
    const chain = Array.from({ length: LAYERS }, (_, i) => layerOf(linkOf(i)));
    return [
      {
        name: 'one layer',
        unit: 's',
        ours: await secondsOf(runs, () => stackLayers(one)),
        most: 2,
      },
      {
        name: `${LAYERS} layers`,
        unit: 's',
        ours: await secondsOf(runs, () => stackLayers(chain)),
        most: 2,
      },
    ];
  },
};

/** A third of each layer is new, a third replaces files of the layer before, a third of those is deleted. */
function linkOf(layer: number): TarEntry[] {
  const count = Math.floor(ENTRIES / LAYERS);
  const third = Math.floor(count / 3);
  const fresh = entriesOf(layer * count, count - 2 * third);
  const replaced = entriesOf(Math.max(layer - 1, 0) * count, third);
  const deleted = entriesOf(Math.max(layer - 2, 0) * count, third).map(entry => ({
    ...entry,
    path: entry.path.replace('/file-', '/.wh.file-'),
  }));
  return [...fresh, ...replaced, ...deleted];
}

function entriesOf(from: number, count: number): TarEntry[] {
  return Array.from({ length: count }, (_, i) => {
    const index = from + i;
    const folder = Math.floor(index / 100);
    return entryAt(`usr/share/${folder % 50}/folder-${folder}/file-${index}`, 'file');
  });
}

function entryAt(path: string, type: TarType): TarEntry {
  const nothing = { linkPath: '', size: 0, userName: '', groupName: '', major: 0, minor: 0 };
  const place = { headerOffset: 0, contentOffset: 512, storedSize: 0 };
  return { type, path, mode: 0o644, uid: 0, gid: 0, mtime: 0, ...nothing, ...place };
}

function layerOf(entries: readonly TarEntry[]): LocalLayer {
  return { diffId: `sha256:${'0'.repeat(64)}`, entries, content: () => EMPTY, verify: async () => {} };
}
