import { SampanError } from '../../../core/errors/index.ts';
import { type OpenImage, readDocument } from '../../../core/store/index.ts';
import type { DeltaHeader, NewLayer } from '../format/index.ts';
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
    },
  };
}

/** Documents travel as text; their bytes must come out the same. */
function textOf(bytes: Uint8Array, what: string): string {
  const text = Buffer.from(bytes).toString('utf8');
  if (Buffer.from(text).equals(bytes)) return text;
  throw new SampanError('unsupported', `the ${what} of the new image is not UTF-8`);
}
