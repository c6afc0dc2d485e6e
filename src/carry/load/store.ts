import type { Digest } from '../../core/bytes/index.ts';
import { type Descriptor, isLayerType } from '../../core/oci/index.ts';
import {
  type BlobSource,
  type Cancel,
  copy,
  copyReferrers,
  importPlain,
  nameStored,
  type OwnStore,
} from '../../core/store/index.ts';
import { completedSource } from './complete.ts';
import type { Completion, LoadImage } from './types.ts';

/** What loading into the store needs. */
export interface StoreLoad extends Cancel {
  readonly store: OwnStore;
  readonly completions: ReadonlyMap<Digest, Completion>;
}

/** An image that is in the store now. */
export interface LoadedIntoStore {
  readonly image: LoadImage;
  readonly root: Descriptor;
}

/**
 * Loads images into the store: first all that they consist of, each layer verified by its diff ID, then their
 * names. What was stored of a load that was cut off is used by the next one.
 *
 * @throws SampanError `integrity`, `no-space`, `cancelled`, or what reading throws.
 */
export async function loadIntoStore(
  images: readonly LoadImage[],
  how: StoreLoad,
): Promise<readonly LoadedIntoStore[]> {
  const loaded: LoadedIntoStore[] = [];
  for (const image of images) loaded.push({ image, root: await storeImage(image, how) });
  for (const { image, root } of loaded) {
    const referrers = image.item.referrers.map(referrer => referrer.root);
    await copyReferrers(image.item.source, how.store, { ...cancelOf(how), referrers, to: root.digest });
  }
  for (const { image, root } of loaded) {
    for (const name of image.names) await nameStored(how.store, name, { ...cancelOf(how), root });
  }
  return loaded;
}

function cancelOf({ signal }: Cancel): Cancel {
  return signal === undefined ? {} : { signal };
}

/** What something is attached to keeps its digest, so that it stays attached; the rest is kept plain. */
async function storeImage(image: LoadImage, how: StoreLoad): Promise<Descriptor> {
  const { item } = image;
  const source = completedSource(image, how.completions);
  const { blobs } = how.store;
  if (item.referrers.length > 0 && (await isWhole(image, how))) {
    await copy(item.source, blobs, item.root, cancelOf(how));
    return item.root;
  }
  return await importPlain(source, blobs, item.root, cancelOf(how));
}

async function isWhole({ item }: LoadImage, how: StoreLoad): Promise<boolean> {
  const has = async (digest: Digest, source: BlobSource): Promise<boolean> => await source.has(digest);
  for (const { mediaType, digest } of item.blobs) {
    if (!isLayerType(mediaType)) continue;
    if (!(await has(digest, item.source)) && !(await has(digest, how.store.blobs))) return false;
  }
  return true;
}
