import {
  type Content,
  contentChunks,
  type Digest,
  detectCompression,
  sliceContent,
} from '../../../core/bytes/index.ts';
import { SampanError } from '../../../core/errors/index.ts';
import { MEDIA } from '../../../core/oci/index.ts';
import { isLocalSource, type Layer, type OpenImage, type StoreContext } from '../../../core/store/index.ts';
import { contentSpace } from '../bytes/index.ts';
import type { TarLayer } from './catalogue.ts';

/** A layer of an image, with its digest. */
export interface OpenTarLayer extends TarLayer {
  readonly diffId: Digest;
}

/** The layers of an image as tars, each read where it is, or where it was inflated to. */
export async function openTarLayers(
  image: OpenImage,
  context: StoreContext,
): Promise<readonly OpenTarLayer[]> {
  const cancel = context.signal === undefined ? {} : { signal: context.signal };
  const local = await image.localLayers(cancel);
  const layers = await image.image.layers();
  return await Promise.all(
    layers.map(async (layer, i) => ({
      diffId: layer.diffId,
      entries: local[i]!.entries,
      space: contentSpace((await plainHere(image, layer)) ?? (await inStore(layer, context))),
    })),
  );
}

async function plainHere({ source }: OpenImage, layer: Layer): Promise<Content | undefined> {
  const content = isLocalSource(source) ? await source.contentOf(layer.descriptor) : undefined;
  if (content === undefined) return undefined;
  const [head] = contentChunks(sliceContent(content, 0, 8));
  return detectCompression(head ?? new Uint8Array()) === 'none' ? content : undefined;
}

/** Where `localLayers` inflated it to. */
async function inStore(layer: Layer, { store }: StoreContext): Promise<Content> {
  const nothing = async function* (): AsyncIterable<Uint8Array> {};
  const stored = await store.blobs.put(nothing(), { mediaType: MEDIA.layer, digest: layer.diffId });
  const content = await store.blobs.contentOf(stored);
  if (content !== undefined) return content;
  throw new SampanError('internal', `${layer.diffId} vanished from the store`);
}
