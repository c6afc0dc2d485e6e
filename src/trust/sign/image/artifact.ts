import { digestOf } from '../../../core/bytes/index.ts';
import { type Descriptor, MEDIA } from '../../../core/oci/index.ts';
import type { BlobStore, Bytes, Cancel } from '../../../core/store/index.ts';
import { BUNDLE_TYPE, SIGN_PREDICATE } from '../envelope/index.ts';

const EMPTY = Buffer.from('{}');

/** A signature that is to be stored. */
export interface NewSignature {
  /** What was signed. */
  readonly subject: Descriptor;
  /** The bundle. */
  readonly bundle: Buffer;
  /** RFC 3339. */
  readonly created: string;
}

/**
 * Stores a signature as cosign does: the bundle is the only layer of a manifest whose subject is the image (OCI
 * image spec 1.1, manifest.md, "Guidelines for Artifact Usage"). Same signature, same manifest.
 *
 * @returns the manifest, with its artifact type. Whoever asks for the referrers of the image finds it only when
 *   the place that keeps the blobs was told of it.
 */
export async function putSignature(
  store: Pick<BlobStore, 'put'>,
  signature: NewSignature,
  options: Cancel = {},
): Promise<Descriptor> {
  const { subject, bundle, created } = signature;
  const config = await put(store, { mediaType: MEDIA.empty, bytes: EMPTY }, options);
  const layer = await put(store, { mediaType: BUNDLE_TYPE, bytes: bundle }, options);
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA.manifest,
    artifactType: BUNDLE_TYPE,
    config,
    layers: [layer],
    subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
    annotations: {
      'dev.sigstore.bundle.content': 'dsse-envelope',
      'dev.sigstore.bundle.predicateType': SIGN_PREDICATE,
      'org.opencontainers.image.created': created,
    },
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const stored = await put(store, { mediaType: MEDIA.manifest, bytes }, options);
  return { ...stored, artifactType: BUNDLE_TYPE };
}

async function put(
  store: Pick<BlobStore, 'put'>,
  blob: { readonly mediaType: string; readonly bytes: Buffer },
  options: Cancel,
): Promise<Descriptor> {
  const { mediaType, bytes } = blob;
  return await store.put(once(bytes), { mediaType, digest: digestOf(bytes), size: bytes.length }, options);
}

async function* once(bytes: Uint8Array): Bytes {
  yield bytes;
}
