import { join } from 'node:path';
import { isSampanError } from '../../core/errors/index.ts';
import type { Descriptor } from '../../core/oci/index.ts';
import {
  type BlobSource,
  blobDirectory,
  isReferrerSource,
  type Layout,
  type OpenImage,
  readLayoutIndex,
  referrersAmong,
} from '../../core/store/index.ts';
import type { Context } from '../context/index.ts';
import { placesOf } from '../places/index.ts';

/**
 * Where the signatures of images are that went into an engine, which keeps none: attached to the number of the
 * image there, the digest of its configuration.
 */
export function evidenceLayout(context: Pick<Context, 'env' | 'home'>): Layout {
  const directory = join(placesOf(context).data, 'trust', 'evidence');
  return { directory, blobs: blobDirectory(directory) };
}

/** The source of an opened image, with the signatures that it came with where its place keeps none. */
export async function withEvidence(image: OpenImage, layout: Layout): Promise<BlobSource> {
  const { source } = image;
  if (isReferrerSource(source)) return source;
  const { config } = await image.image.manifest();
  const entries = await entriesOf(layout);
  const referrers = async (): Promise<readonly Descriptor[]> =>
    await referrersAmong(entries, layout.blobs, { subject: config.digest });
  return {
    has: async digest => (await source.has(digest)) || (await layout.blobs.has(digest)),
    open: async function* (blob, options) {
      yield* ((await source.has(blob.digest)) ? source : layout.blobs).open(blob, options);
    },
    ...{ referrers },
  };
}

async function entriesOf({ directory }: Layout): Promise<readonly Descriptor[]> {
  try {
    return (await readLayoutIndex(directory)).manifests;
  } catch (error) {
    if (isSampanError(error, 'not-found')) return [];
    throw error;
  }
}
