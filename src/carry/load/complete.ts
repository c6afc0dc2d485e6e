import type { Digest } from '../../core/bytes/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import { MEDIA } from '../../core/oci/index.ts';
import {
  type BlobSource,
  type Bytes,
  chainIds,
  type OpenImage,
  openSource,
  type StoreContext,
} from '../../core/store/index.ts';
import type { LayeredImage } from '../inventory/index.ts';
import { storedSize } from './plan.ts';
import type { Completion, LoadImage, NeededLayer } from './types.ts';

/** What completing needs. */
export interface Completing {
  readonly context: StoreContext;
  readonly inEngine: readonly LayeredImage[];
  /** Images of the engine that are read are closed with this. */
  readonly open: AsyncDisposableStack;
}

/**
 * Layers that the archive left out, as plain tars from the store or the engine of this machine, by the digest
 * that the manifest calls them.
 */
export async function completionsFor(
  layers: readonly NeededLayer[],
  how: Completing,
): Promise<ReadonlyMap<Digest, Completion>> {
  const found = new Map<Digest, Completion>();
  const opened = new Map<Digest, OpenImage>();
  for (const layer of layers) {
    if (found.has(layer.blob.digest)) continue;
    found.set(
      layer.blob.digest,
      (await fromStore(layer, how.context)) ?? (await fromEngine(layer, opened, how)),
    );
  }
  return found;
}

async function fromStore({ diffId }: NeededLayer, context: StoreContext): Promise<Completion | undefined> {
  const { store } = context;
  const size = await storedSize(store, diffId);
  if (size === undefined) return undefined;
  const descriptor = { mediaType: MEDIA.layer, digest: diffId, size };
  return { descriptor, open: () => store.blobs.open(descriptor, context) };
}

async function fromEngine(
  layer: NeededLayer,
  opened: Map<Digest, OpenImage>,
  how: Completing,
): Promise<Completion> {
  const owner = how.inEngine.find(image => chainIds(image.diffIds).includes(layer.chainId));
  if (owner === undefined) throw gone(layer);
  let image = opened.get(owner.id);
  if (image === undefined) {
    image = how.open.use(await openSource(`docker-daemon:${owner.id}`, how.context));
    opened.set(owner.id, image);
  }
  const held = (await image.image.layers()).find(each => each.diffId === layer.diffId);
  if (held === undefined) throw gone(layer);
  return { descriptor: held.descriptor, open: () => held.tar(how.context) };
}

function gone(layer: NeededLayer): SampanError {
  return new SampanError('not-found', `layer ${layer.diffId} is no longer in the engine`, {
    remedy: 'try again',
  });
}

/**
 * The source of an image, which also gives the layers that were left out: as plain tars under the digests that
 * the manifest calls them. Its reader verifies them by their diff IDs.
 */
export function completedSource(
  { item }: Pick<LoadImage, 'item'>,
  completions: ReadonlyMap<Digest, Completion>,
): BlobSource {
  return {
    has: async digest => completions.has(digest) || (await item.source.has(digest)),
    open: (blob, options): Bytes => completions.get(blob.digest)?.open() ?? item.source.open(blob, options),
  };
}
