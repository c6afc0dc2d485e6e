import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, hexOf } from '../../core/bytes/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import { formatPlatform, type Platform, parsePlatform } from '../../core/oci/index.ts';
import { type Cancel, type OwnStore, resolveImage } from '../../core/store/index.ts';
import { formatSize } from '../../core/text/index.ts';
import {
  type ArchiveImage,
  type BundledLayer,
  lookAt,
  mainManifest,
  type OpenBundle,
} from '../bundle/index.ts';
import { chainsOf, engineImages, freeBytesOf, type LayeredImage } from '../inventory/index.ts';
import { plainSizeOf } from './sizes.ts';
import type { LayerState, LoadImage, LoadPlace, LoadPlan, NeededLayer } from './types.ts';

/** What planning looks at. */
export interface LoadSurroundings extends Cancel {
  readonly store: OwnStore;
  /** Of the engine, whatever the place is; none where no engine answers. */
  readonly inEngine: readonly LayeredImage[];
  /** Which image of several, where it is not the engine's own choice. */
  readonly platform?: Platform | undefined;
  /** What the only image is to be called instead. */
  readonly name?: string | undefined;
}

/**
 * How much of layers goes to an engine at once, unless a single one is larger. Each step costs an engine some tenths
 * of a second; what is larger takes more of its disk for a while, and more is sent again after a cut.
 */
export const STEP_BYTES = 128 << 20;

/**
 * Finds out which layers are missing where, and what disk that takes. Nothing is written.
 *
 * @throws SampanError `not-found` when a layer is nowhere, naming the images that would have it; `no-space`.
 */
export async function planLoad(
  bundle: OpenBundle,
  place: LoadPlace,
  here: LoadSurroundings,
): Promise<LoadPlan> {
  if (bundle.images.length === 0) throw new SampanError('not-found', `${bundle.path}: holds no image`);
  const chains = chainsOf(here.inEngine);
  const images: LoadImage[] = [];
  for (const image of bundle.images) {
    images.push(await loadImageOf(image, { ...here, bundle, place, chains }));
  }
  const plan = await withSizes(renamed(images, here.name), place, here);
  checkMissing(plan, bundle.path);
  checkRoom(plan);
  return plan;
}

interface Looking extends LoadSurroundings {
  readonly bundle: OpenBundle;
  readonly place: LoadPlace;
  readonly chains: ReadonlySet<Digest>;
}

async function loadImageOf(image: ArchiveImage, look: Looking): Promise<LoadImage> {
  const { bundle, place, signal } = look;
  const { source } = bundle;
  const wanted = look.platform ?? enginePlatform(place);
  const what = `${bundle.path}: ${image.names[0] ?? image.root.digest}`;
  const main = await resolveImage(source, image.root, { what, wanted });
  // An engine has one platform; a store keeps all that were carried, unless one is asked for.
  const root = place.kind === 'engine' || look.platform !== undefined ? main : image.root;
  const cancel = signal === undefined ? {} : { signal };
  const item = await lookAt({ name: image.names[0], source, root, main }, cancel);
  const layers: NeededLayer[] = [];
  for (const layer of item.manifests.flatMap(manifest => manifest.layers)) {
    const state = await stateOf(layer, look);
    layers.push({ ...layer, state, plainBytes: await plainSizeOf(source, layer.blob) });
  }
  return { names: image.names, item, id: mainManifest(item).config.digest, layers };
}

function enginePlatform(place: LoadPlace): Platform | undefined {
  if (place.kind === 'store') return undefined;
  const { os, architecture } = place.docker;
  return parsePlatform(formatPlatform({ os: os || 'linux', architecture }));
}

async function stateOf(layer: BundledLayer, look: Looking): Promise<LayerState> {
  const { place, chains, store, bundle } = look;
  const isStored = await store.blobs.has(layer.diffId);
  if (place.kind === 'store' ? isStored : chains.has(layer.chainId)) return 'present';
  if (await bundle.source.has(layer.blob.digest)) return 'carried';
  if (isStored) return 'store';
  return chains.has(layer.chainId) ? 'engine' : 'missing';
}

function renamed(images: readonly LoadImage[], name: string | undefined): readonly LoadImage[] {
  if (name === undefined) return images;
  const [only] = images;
  if (only !== undefined && images.length === 1) return [{ ...only, names: [name] }];
  throw new SampanError('usage', `one name for ${images.length} images`, {
    remedy: 'leave the name away; the images have their own',
  });
}

async function withSizes(
  images: readonly LoadImage[],
  place: LoadPlace,
  here: LoadSurroundings,
): Promise<LoadPlan> {
  const distinct = new Map(images.flatMap(image => image.layers).map(layer => [layer.chainId, layer]));
  const lacking = [...distinct.values()].filter(layer => layer.state !== 'present');
  const writtenBytes = lacking.reduce((sum, layer) => sum + layer.plainBytes, 0);
  const temporary = place.kind === 'store' ? 0 : temporaryBytes(place, [...distinct.values()]);
  const directory = place.kind === 'store' ? here.store.directory : place.info.dataDirectory;
  const freeBytes = await freeBytesOf(directory);
  return {
    place,
    images,
    allLayers: distinct.size,
    missingThere: lacking.length,
    neededBytes: writtenBytes + temporary,
    ...(freeBytes === undefined ? {} : { freeBytes }),
  };
}

/** An engine writes what it is sent to a temporary file first: a step at a time, or all at once. */
function temporaryBytes(
  place: LoadPlace & { readonly kind: 'engine' },
  layers: readonly NeededLayer[],
): number {
  if (!takesSteps(place)) return layers.reduce((sum, layer) => sum + layer.blob.size, 0);
  const sent = layers.filter(layer => layer.state !== 'present').map(layer => layer.blob.size);
  const all = sent.reduce((sum, size) => sum + size, 0);
  return Math.min(all, STEP_BYTES + sent.reduce((most, size) => Math.max(most, size), 0));
}

/** Whether layers can be left out for an engine: a Docker that finds them by their chain. */
export function takesSteps({ docker, info }: LoadPlace & { readonly kind: 'engine' }): boolean {
  return docker.kind === 'docker' && !info.containerdStore;
}

/** The size of a layer in the store; absent when it is not there. */
export async function storedSize(store: OwnStore, diffId: Digest): Promise<number | undefined> {
  const path = join(store.directory, 'blobs', 'sha256', hexOf(diffId));
  return (await stat(path).catch(() => undefined))?.size;
}

function checkMissing({ images, place }: LoadPlan, path: string): void {
  for (const { names, layers } of images) {
    const missing = layers.filter(layer => layer.state === 'missing');
    const [first] = missing;
    if (first === undefined) continue;
    const at = layers.indexOf(first);
    const where = place.kind === 'store' ? 'the store' : 'the engine';
    const sizes = formatSize(missing.reduce((sum, layer) => sum + layer.plainBytes, 0));
    throw new SampanError(
      'not-found',
      `${path}: ${names[0] ?? 'the image'} builds on ${missing.length} layers (${sizes}) that are neither in the file nor here: ${where} lacks ${first.diffId} (layer ${at + 1} of ${layers.length})`,
      {
        remedy:
          'load the image that it was made for first, or make the bundle again with --for an inventory that is written here now: sampan inventory -o FILE',
      },
    );
  }
}

function checkRoom({ neededBytes, freeBytes, place }: LoadPlan): void {
  if (freeBytes === undefined || neededBytes <= freeBytes) return;
  const where = place.kind === 'store' ? 'the store' : place.info.dataDirectory;
  throw new SampanError(
    'no-space',
    `loading takes about ${formatSize(neededBytes)} in ${where}, and ${formatSize(freeBytes)} are free`,
    { remedy: 'remove images that are no longer used, then try again' },
  );
}

/** All images of the engine, or none where there is no engine. */
export async function imagesInEngine(place: LoadPlace, options: Cancel): Promise<readonly LayeredImage[]> {
  return place.kind === 'engine' ? await engineImages(place.docker, options) : [];
}
