import { type Compression, type Digest, deflate, digestOf, inflate } from '../../core/bytes/index.ts';
import { SampanError, wrap } from '../../core/errors/index.ts';
import {
  type Descriptor,
  type ImageIndex,
  kindOf,
  layerCompression,
  layerType,
  type Manifest,
  MEDIA,
  parseIndex,
  parseManifest,
} from '../../core/oci/index.ts';
import {
  type BlobSource,
  type BlobStore,
  type Bytes,
  type Cancel,
  eachAtOnce,
  ORIGINAL_MANIFEST,
  readDocument,
} from '../../core/store/index.ts';
import { type Item, lookAt } from './item.ts';
import type { BundlePlan } from './plan.ts';

/**
 * What layers are compressed with. `auto` compresses plain ones with gzip, which every engine takes, unless
 * something is attached to their image.
 */
export type LayerCompression = Compression | 'auto';

/** How the layers of a bundle are to be compressed. */
export interface Recompression extends Cancel {
  readonly compression: LayerCompression;
  readonly level?: number | undefined;
  /** Where the compressed layers and new manifests are put. */
  readonly draft: BlobStore;
  /** Told after each layer: how many of how many are done. */
  readonly progress?: (done: number, all: number) => void;
}

const AT_ONCE = 2;
const LEVELS = { none: undefined, gzip: 6, zstd: 12 } as const;

/**
 * The items with their carried layers in another compression; those that are in it already, and those that
 * are left out, stay as they are. The manifests are written again and name the originals in an annotation;
 * configurations, and so image IDs, stay. An item in which nothing changes is the same.
 *
 * @throws SampanError `usage` when something is attached to an image whose manifest would change.
 */
export async function recompress(
  items: readonly Item[],
  plan: BundlePlan,
  how: Recompression,
): Promise<readonly Item[]> {
  const changed = await compressLayers(items, plan, how);
  return await Promise.all(items.map(item => rewrittenItem(item, changed, how)));
}

async function compressLayers(
  items: readonly Item[],
  plan: BundlePlan,
  how: Recompression,
): Promise<ReadonlyMap<Digest, Descriptor>> {
  const work = toCompress(items, plan, how.compression);
  const changed = new Map<Digest, Descriptor>();
  refuseSigned(items, new Set(work.keys()));
  await eachAtOnce([...work.values()], AT_ONCE, async ({ source, blob }) => {
    changed.set(blob.digest, await compressed(source, blob, how));
    how.progress?.(changed.size, work.size);
  });
  return changed;
}

function toCompress(
  items: readonly Item[],
  plan: BundlePlan,
  compression: LayerCompression,
): ReadonlyMap<Digest, { readonly source: BlobSource; readonly blob: Descriptor }> {
  const work = new Map<Digest, { readonly source: BlobSource; readonly blob: Descriptor }>();
  const isAuto = compression === 'auto';
  for (const { source, manifests } of items) {
    for (const { blob } of manifests.flatMap(manifest => manifest.layers)) {
      const now = layerCompression(blob.mediaType);
      const isFine = isAuto ? now !== 'none' : now === compression;
      if (!isFine && !plan.leftOut.has(blob.digest)) work.set(blob.digest, { source, blob });
    }
  }
  if (!isAuto) return work;
  for (const { referrers, manifests } of items) {
    if (referrers.length === 0) continue;
    for (const { blob } of manifests.flatMap(manifest => manifest.layers)) work.delete(blob.digest);
  }
  return work;
}

/** Before any work: what is attached is about a manifest by its digest, and that would be another one. */
function refuseSigned(items: readonly Item[], changing: ReadonlySet<Digest>): void {
  const isChanging = (item: Item): boolean =>
    item.manifests.some(({ layers }) => layers.some(({ blob }) => changing.has(blob.digest)));
  const signed = items.find(item => item.referrers.length > 0 && isChanging(item));
  if (signed === undefined) return;
  throw new SampanError(
    'usage',
    `${signed.name ?? signed.root.digest}: ${signed.referrers.length} signatures or lists are attached to its manifest, which other compression would change`,
    {
      remedy:
        'leave --compression away, and let the file end in .tar.gz or .tar.zst to compress it as a whole; or leave them out with --bare',
    },
  );
}

async function compressed(source: BlobSource, blob: Descriptor, how: Recompression): Promise<Descriptor> {
  const { draft, signal } = how;
  const compression = how.compression === 'auto' ? 'gzip' : how.compression;
  const level = how.level ?? LEVELS[compression];
  const cancel = signal === undefined ? {} : { signal };
  const tar: Bytes = inflate(source.open(blob, cancel));
  const packed = deflate(tar, compression, level === undefined ? {} : { level });
  try {
    return await draft.put(packed, { mediaType: layerType(compression) }, cancel);
  } catch (error) {
    throw wrap(`compressing layer ${blob.digest}`, error);
  }
}

async function rewrittenItem(
  item: Item,
  changed: ReadonlyMap<Digest, Descriptor>,
  how: Recompression,
): Promise<Item> {
  const source = eitherSource(how.draft, item.source);
  const renewed = new Map<Digest, Descriptor>(changed);
  // What is pointed to comes before what points to it.
  for (const blob of item.blobs) {
    const after = await rewritten(blob, renewed, { ...how, source });
    if (after !== undefined) renewed.set(blob.digest, after);
  }
  const root = renewed.get(item.root.digest);
  if (root === undefined) return item;
  const main = renewed.get(item.main.digest) ?? item.main;
  const again = await lookAt({ name: item.name, source, root, main }, { ...how, bare: true });
  return { ...again, referrers: item.referrers };
}

async function rewritten(
  blob: Descriptor,
  renewed: ReadonlyMap<Digest, Descriptor>,
  how: Recompression & { readonly source: BlobSource },
): Promise<Descriptor | undefined> {
  const kind = kindOf(blob.mediaType);
  if (kind !== 'manifest' && kind !== 'index') return undefined;
  const bytes = await readDocument(how.source, blob, how.signal === undefined ? {} : { signal: how.signal });
  const document = kind === 'manifest' ? newManifest(bytes, renewed) : newIndex(bytes, renewed);
  if (document === undefined) return undefined;
  const annotations = { ...document.annotations, [ORIGINAL_MANIFEST]: blob.digest };
  const text = Buffer.from(JSON.stringify({ ...document, annotations }));
  const { platform } = blob;
  const mediaType = kind === 'manifest' ? MEDIA.manifest : MEDIA.index;
  const stored = await how.draft.put(once(text), { mediaType, digest: digestOf(text) });
  return platform === undefined ? stored : { ...stored, platform };
}

function newManifest(bytes: Uint8Array, renewed: ReadonlyMap<Digest, Descriptor>): Manifest | undefined {
  const manifest = parseManifest(bytes);
  if (!manifest.layers.some(layer => renewed.has(layer.digest))) return undefined;
  const layers = manifest.layers.map(layer => renewed.get(layer.digest) ?? ociLayer(layer));
  const config = { ...manifest.config, mediaType: MEDIA.config };
  return { ...manifest, mediaType: MEDIA.manifest, config, layers };
}

/** A manifest of OCI names its layers as OCI does. */
function ociLayer(layer: Descriptor): Descriptor {
  const compression = layerCompression(layer.mediaType);
  return compression === undefined ? layer : { ...layer, mediaType: layerType(compression) };
}

function newIndex(bytes: Uint8Array, renewed: ReadonlyMap<Digest, Descriptor>): ImageIndex | undefined {
  const index = parseIndex(bytes);
  if (!index.manifests.some(each => renewed.has(each.digest))) return undefined;
  const manifests = index.manifests.map(each => renewed.get(each.digest) ?? each);
  return { ...index, mediaType: MEDIA.index, manifests };
}

async function* once(bytes: Uint8Array): Bytes {
  yield bytes;
}

/** Both as one; the first is asked first. */
function eitherSource(first: BlobSource, second: BlobSource): BlobSource {
  return {
    has: async digest => (await first.has(digest)) || (await second.has(digest)),
    open: async function* (blob, options) {
      yield* ((await first.has(blob.digest)) ? first : second).open(blob, options);
    },
  };
}
