import type { BlobSource, OpenImage } from '../../core/store/index.ts';

/** The source of an opened image with the power to tell what is attached to it, where its place knows. */
export function withSignatures(image: OpenImage): BlobSource {
  return image.source;
}
