import type { Digest } from '../../../core/bytes/index.ts';
import { type Descriptor, kindOf, type Manifest, parseManifest } from '../../../core/oci/index.ts';
import { type BlobSource, type Cancel, isReferrerSource, readDocument } from '../../../core/store/index.ts';
import { MAX_SIGNATURE_BYTES, SIGN_PREDICATE, SIMPLE_TYPE } from '../envelope/index.ts';
import { attachedTo, readDocuments } from './covers.ts';
import type { SignedImage } from './types.ts';

const BUNDLE = /^application\/vnd\.dev\.sigstore\.bundle(\.v\d+\.\d+\+json|\+json;version=\d+\.\d+)$/;
/** Each costs a question to where the image is. Nobody verifies an index of more. */
export const MAX_SUBJECTS = 64;
const PREDICATE = 'dev.sigstore.bundle.predicateType';

/** True for a layer that is a signature, by its type. */
export function isSignatureLayer({ mediaType }: Descriptor): boolean {
  return BUNDLE.test(mediaType) || mediaType === SIMPLE_TYPE;
}

/** What is attached to some images, each once. */
export async function referrersOf(
  source: BlobSource,
  subjects: readonly Digest[],
  options: Cancel,
): Promise<readonly Descriptor[]> {
  if (!isReferrerSource(source)) return [];
  const found = new Map<Digest, Descriptor>();
  for (const subject of subjects) {
    for (const each of await source.referrers(subject, options)) found.set(each.digest, each);
  }
  return [...found.values()];
}

/**
 * What is attached to an image as signatures, whoever made them: what is to go with it when it is carried
 * elsewhere. Lists of contents and the like, which may be large, are left out.
 *
 * @throws what the source throws, also for a document that is damaged.
 */
export async function signaturesOf(
  image: Pick<SignedImage, 'source' | 'root' | 'parents'>,
  options: Cancel = {},
): Promise<readonly Descriptor[]> {
  const { source, root, parents = [] } = image;
  const roots = [root, ...parents];
  const subjects = attachedTo(roots, await readDocuments(source, roots, options)).slice(0, MAX_SUBJECTS);
  const found: Descriptor[] = [];
  for (const referrer of await referrersOf(source, subjects, options)) {
    if (kindOf(referrer.mediaType) !== 'manifest') continue;
    const manifest = parseManifest(await readDocument(source, referrer, options), referrer.digest);
    if (isSmallSignature(manifest)) found.push(referrer);
  }
  return found;
}

function isSmallSignature({ layers, annotations }: Manifest): boolean {
  const predicate = annotations?.[PREDICATE] ?? SIGN_PREDICATE;
  const areSmall = layers.every(layer => isSignatureLayer(layer) && layer.size <= MAX_SIGNATURE_BYTES);
  return layers.length > 0 && areSmall && predicate === SIGN_PREDICATE;
}
