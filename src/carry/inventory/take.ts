import type { Docker } from '../../core/docker/index.ts';
import { formatPlatform, hostPlatform, isManifestType } from '../../core/oci/index.ts';
import {
  type Cancel,
  graphOf,
  imageFrom,
  listStored,
  type OwnStore,
  type StoredImage,
} from '../../core/store/index.ts';
import { describeEngine, engineImages, freeBytesOf } from './engine.ts';
import { type LayeredImage, shareLayers } from './layers.ts';
import type { Inventory } from './types.ts';

/** Where to look. */
export interface Surroundings extends Cancel {
  readonly store: OwnStore;
  /** Absent where no engine answers. */
  readonly docker?: Docker | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Looks at what the engine and the store of this machine have. Layers are not read. */
export async function takeInventory(where: Surroundings): Promise<Inventory> {
  const { docker, store, now, ...cancel } = where;
  const engine = docker === undefined ? undefined : await describeEngine(docker, cancel);
  const inEngine = docker === undefined ? [] : await engineImages(docker, cancel);
  const storeFreeBytes = await freeBytesOf(store.directory);
  return {
    taken: new Date(now).toISOString(),
    platform: formatPlatform(hostPlatform()),
    ...(engine === undefined ? {} : { engine }),
    ...(storeFreeBytes === undefined ? {} : { storeFreeBytes }),
    ...shareLayers([...inEngine, ...(await storedImages(store, cancel))]),
  };
}

/** Every whole image in the store, one for each platform. */
async function storedImages(store: OwnStore, options: Cancel = {}): Promise<readonly LayeredImage[]> {
  const found: LayeredImage[] = [];
  for (const stored of await listStored(store)) {
    // One that is damaged has nothing to build on, and must not hide the others.
    found.push(...(await imagesOf(store, stored, options).catch(() => [])));
  }
  return found;
}

async function imagesOf(
  { blobs }: OwnStore,
  { name, root }: StoredImage,
  options: Cancel,
): Promise<readonly LayeredImage[]> {
  const found: LayeredImage[] = [];
  for (const blob of await graphOf(blobs, root, options)) {
    if (!isManifestType(blob.mediaType)) continue;
    const image = imageFrom(blobs, blob);
    const [manifest, config] = [await image.manifest(), await image.config()];
    for (const layer of manifest.layers) if (!(await blobs.has(layer.digest))) return [];
    const platform = formatPlatform(config);
    const id = manifest.config.digest;
    found.push({ place: 'store', names: [name], id, platform, diffIds: config.rootfs.diff_ids });
  }
  return found;
}
