import { resolve } from 'node:path';
import { SampanError } from '../../core/errors/index.ts';
import { normalName } from '../../core/oci/index.ts';
import {
  type AttachingSource,
  attachReferrer,
  blobDirectory,
  isAttachingSource,
  type Layout,
  memoryStore,
  type OpenImage,
  type OwnStore,
  parseImageName,
} from '../../core/store/index.ts';
import { type NewSignature, putSignature } from '../../trust/sign/index.ts';

/** Where a signature is put beside its image. */
export interface SignaturePlace {
  /** Idempotent for the same signature. */
  put(signature: NewSignature): Promise<void>;
}

/**
 * Where the signatures of an opened image go.
 *
 * @throws SampanError `unsupported` for a place that keeps none.
 */
export function signaturePlace(
  image: OpenImage,
  options: { readonly store: OwnStore; readonly signal: AbortSignal },
): SignaturePlace {
  const name = parseImageName(image.name);
  if (name.transport === 'store') return layoutPlace(options.store, options.signal);
  if (name.transport === 'oci') {
    const directory = resolve(name.path);
    return layoutPlace({ directory, blobs: blobDirectory(directory) }, options.signal);
  }
  if (isAttachingSource(image.source)) return remotePlace(image.source, options.signal);
  const isEngine = name.transport === 'docker-daemon';
  throw new SampanError(
    'unsupported',
    `${image.name}: ${isEngine ? 'an engine keeps no signatures' : 'its signatures would not be kept here'}`,
    { remedy: `copy it to the store and sign it there: sampan copy ${image.name} store:NAME` },
  );
}

function layoutPlace(layout: Layout, signal: AbortSignal): SignaturePlace {
  return {
    put: async signature => {
      const manifest = await putSignature(layout.blobs, signature, { signal });
      await attachReferrer(layout, manifest, { to: signature.subject.digest, signal });
    },
  };
}

function remotePlace(target: AttachingSource, signal: AbortSignal): SignaturePlace {
  return {
    put: async signature => {
      const store = memoryStore();
      await target.attach(store, await putSignature(store, signature), { signal });
    },
  };
}

/** What an image is called, as signatures say it; a layout knows only its tags. */
export function signedName(image: OpenImage): string | undefined {
  const { transport } = parseImageName(image.name);
  if (image.reference === undefined || transport === 'oci' || transport === 'dir') return undefined;
  return normalName(image.reference);
}
