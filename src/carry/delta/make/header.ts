import type { Digest } from '../../../core/bytes/index.ts';
import { SampanError } from '../../../core/errors/index.ts';
import { attachedBlobs, type OpenImage, readDocument } from '../../../core/store/index.ts';
import { signaturesOf } from '../../../trust/sign/index.ts';
import { type DeltaHeader, MAX_ATTACHED_BYTES, type NewLayer } from '../format/index.ts';
import type { OpenTarLayer } from './input.ts';

/** What a delta says of itself: both images, and how each new layer comes about. */
export async function headerOf(
  images: { readonly old: OpenImage; readonly new: OpenImage },
  parts: {
    readonly old: readonly OpenTarLayer[];
    readonly layers: readonly NewLayer[];
    readonly read: readonly number[];
  },
): Promise<DeltaHeader> {
  const { image, source } = images.new;
  return {
    old: {
      name: images.old.reference,
      imageId: (await images.old.image.manifest()).config.digest,
      layers: parts.old.map(layer => ({ diffId: layer.diffId, size: layer.space.size })),
      read: parts.read,
    },
    new: {
      name: images.new.reference,
      mediaType: image.descriptor.mediaType,
      manifest: textOf(await readDocument(source, image.descriptor), 'manifest'),
      config: textOf(await image.rawConfig(), 'configuration'),
      layers: parts.layers,
      ...(await attachedTo(images.new)),
    },
  };
}

/** The signatures of an image, with all that is needed to verify them where the delta goes. */
async function attachedTo({
  source,
  image,
  root,
}: OpenImage): Promise<Pick<DeltaHeader['new'], 'attached' | 'documents'>> {
  const attached = await signaturesOf({ source, root: image.descriptor, parents: [root] });
  const documents = new Map<Digest, string>();
  let size = 0;
  for (const blob of (await Promise.all(attached.map(each => attachedBlobs(source, each)))).flat()) {
    if (documents.has(blob.digest) || blob.digest === image.descriptor.digest) continue;
    size += blob.size;
    if (size > MAX_ATTACHED_BYTES) {
      throw new SampanError(
        'limit',
        `the signatures of the new image have more than ${MAX_ATTACHED_BYTES} bytes`,
      );
    }
    documents.set(blob.digest, textOf(await readDocument(source, blob), 'signature'));
  }
  return { attached, documents: [...documents.values()] };
}

/** Documents travel as text; their bytes must come out the same. */
function textOf(bytes: Uint8Array, what: string): string {
  const text = Buffer.from(bytes).toString('utf8');
  if (Buffer.from(text).equals(bytes)) return text;
  throw new SampanError('unsupported', `the ${what} of the new image is not UTF-8`);
}
