import { formatPlatform } from '../../core/oci/index.ts';
import type { OpenImage } from '../../core/store/index.ts';
import { readOsRelease } from '../userland/system/index.ts';
import { type Found, findAll } from './findings/index.ts';
import { type Ground, groundOf } from './ground.ts';
import { instructionsOf, shownInstruction } from './history.ts';
import { isLoaded, type LoadedImage } from './load/index.ts';
import { packagesOf } from './package-figures.ts';
import { programIn } from './program.ts';
import { TYPE } from './scan/index.ts';
import { layerOf } from './stack/index.ts';
import type { BaseGuess, ImageTotals, Inspection, LayerFigures } from './types.ts';

/** What studying an image gives. */
export interface Studied {
  readonly inspection: Inspection;
  readonly ground: Ground;
  readonly found: Found;
}

const MOST_WASTED_PATHS = 100;

/** Works out the figures and findings of an image that was read. */
export async function study(image: OpenImage, loaded: LoadedImage): Promise<Studied> {
  const { config } = await image.image.manifest();
  const ground = groundOf(loaded);
  const found = findAll(ground, programIn(ground.tree, ground.config));
  const inspection: Inspection = {
    image: image.name,
    platform: formatPlatform(loaded.config),
    id: config.digest,
    totals: totalsOf(loaded, ground, found),
    base: baseOf(ground),
    layers: layersOf(loaded, ground),
    findings: found.findings,
    packages: packagesOf(ground),
    wastedPaths: wastedPaths(ground),
    notes: notesOf(loaded),
  };
  return { inspection, ground, found };
}

function wastedPaths({ stacked }: Ground): Inspection['wastedPaths'] {
  return stacked.efficiency.paths
    .slice(0, MOST_WASTED_PATHS)
    .map(({ node, ...rest }) => ({ path: stacked.names.pathOf(node), ...rest }));
}

function totalsOf(loaded: LoadedImage, ground: Ground, { waste }: Found): ImageTotals {
  const { stacked, layers, baseLayers } = ground;
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
  const storedBytes = sum(loaded.layers.map(layer => layer.descriptor.size));
  const plainBytes = sum(layers.map(layer => layer.scan.plainBytes));
  const hiddenBytes = sum(stacked.changes.map(change => change.hiddenBytes));
  const live = liveTotals(ground, waste);
  return {
    sizeBytes: sum(stacked.changes.map(change => change.bytes)),
    storedBytes,
    plainBytes,
    compressionRatio: plainBytes === 0 ? 1 : storedBytes / plainBytes,
    visibleBytes: live.bytes,
    files: live.files,
    efficiency: stacked.efficiency.score,
    wastedBytes: stacked.efficiency.wastedBytes,
    hiddenBytes,
    reclaimableBytes: hiddenBytes + live.wasteBytes,
    userBytes: sum(stacked.changes.slice(baseLayers).map(change => change.bytes)),
  };
}

function liveTotals(
  ground: Ground,
  waste: ReadonlyMap<number, string>,
): { readonly bytes: number; readonly files: number; readonly wasteBytes: number } {
  let bytes = 0;
  let wasteBytes = 0;
  for (const { node, size } of ground.files) {
    bytes += size;
    if (waste.has(node)) wasteBytes += size;
  }
  return { bytes, files: countFiles(ground), wasteBytes };
}

/** What is no directory. */
function countFiles({ stacked }: Ground): number {
  const { live, bases, layers } = stacked;
  let files = 0;
  for (const entry of live) {
    if (entry < 0) continue;
    const layer = layerOf(bases, entry);
    if (layers[layer]!.type[entry - bases[layer]!] !== TYPE.directory) files += 1;
  }
  return files;
}

function baseOf(ground: Ground): BaseGuess {
  const release = readOsRelease(ground.tree);
  const language = /^(PYTHON|NODE|GOLANG|RUBY|PHP|JAVA)_VERSION=(.+)$/m.exec(
    (ground.config.config?.Env ?? []).join('\n'),
  );
  const system = release.get('PRETTY_NAME') ?? release.get('NAME') ?? '';
  const runtime = language === null ? '' : `${language[1]!.toLowerCase()} ${language[2]}`;
  const changes = ground.stacked.changes.slice(0, ground.baseLayers);
  return {
    name: [runtime, system].filter(each => each !== '').join(', '),
    layers: ground.baseLayers,
    bytes: changes.reduce((sum, change) => sum + change.bytes, 0),
  };
}

function layersOf(loaded: LoadedImage, ground: Ground): readonly LayerFigures[] {
  const instructions = instructionsOf(loaded.config, loaded.layers.length);
  let read = 0;
  return loaded.layers.map((layer, index) => {
    const figures = {
      index,
      digest: layer.descriptor.digest,
      diffId: layer.diffId,
      mediaType: layer.descriptor.mediaType,
      instruction: shownInstruction(instructions[index]!.text),
      compressedBytes: layer.descriptor.size,
    };
    if (!isLoaded(layer)) return { ...figures, ...NOTHING, unread: layer.reason };
    const place = read;
    read += 1;
    const { bytes, ...change } = ground.stacked.changes[place]!;
    const isBase = place < ground.baseLayers;
    return { ...figures, ...change, plainBytes: layer.scan.plainBytes, fileBytes: bytes, isBase };
  });
}

const NOTHING = {
  plainBytes: undefined,
  fileBytes: 0,
  added: 0,
  changed: 0,
  removed: 0,
  hiddenBytes: 0,
  isBase: false,
} as const;

function notesOf(loaded: LoadedImage): string[] {
  const notes: string[] = [];
  for (const [i, layer] of loaded.layers.entries()) {
    if (!isLoaded(layer)) notes.push(`layer ${i + 1} was not read: ${layer.reason}`);
  }
  if (loaded.layers.some(layer => isLoaded(layer) && layer.contents === 'parts')) {
    notes.push(
      'the layers are compressed: programs were judged by their first and last bytes, and equal contents by checksums',
    );
  }
  return notes;
}
