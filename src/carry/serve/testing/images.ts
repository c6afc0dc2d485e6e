import { MEDIA } from '../../../core/oci/index.ts';
import { digestBytes } from '../base/index.ts';
import type { Ask } from './client.ts';

/** A descriptor as documents hold it. */
export interface TestDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** A document with its digest. */
export interface TestManifest {
  readonly bytes: Buffer;
  readonly digest: string;
  readonly mediaType: string;
  readonly descriptor: TestDescriptor;
  readonly blobs: readonly Buffer[];
}

/** How to make a manifest. */
export interface ManifestParts {
  readonly layers?: readonly (Buffer | string)[];
  readonly config?: Buffer | string;
  readonly configType?: string;
  readonly extra?: object;
  readonly algorithm?: 'sha256' | 'sha512';
}

/** The descriptor of bytes. */
export function describe(
  mediaType: string,
  bytes: Buffer | string,
  algorithm: 'sha256' | 'sha512' = 'sha256',
): TestDescriptor {
  const all = Buffer.from(bytes);
  return { mediaType, digest: digestBytes(algorithm, all), size: all.length };
}

/** A manifest with a configuration and layers. */
export function manifestOf(parts: ManifestParts = {}): TestManifest {
  const {
    layers = ['layer one', 'layer two'],
    config = '{"architecture":"amd64","os":"linux"}',
    algorithm,
  } = parts;
  const document = {
    schemaVersion: 2,
    mediaType: MEDIA.manifest,
    config: describe(parts.configType ?? MEDIA.config, config, algorithm),
    layers: layers.map(layer => describe(MEDIA.layer, layer, algorithm)),
    ...parts.extra,
  };
  return documentOf(
    document,
    [config, ...layers].map(blob => Buffer.from(blob)),
    algorithm,
  );
}

/** An index of manifests. */
export function indexOf(manifests: readonly TestDescriptor[], extra: object = {}): TestManifest {
  return documentOf({ schemaVersion: 2, mediaType: MEDIA.index, manifests, ...extra }, []);
}

function documentOf(
  document: { readonly mediaType: string; readonly schemaVersion: number; readonly manifests?: unknown },
  blobs: readonly Buffer[],
  algorithm?: 'sha256' | 'sha512',
): TestManifest {
  const bytes = Buffer.from(JSON.stringify(document));
  const descriptor = describe(document.mediaType, bytes, algorithm);
  return { bytes, digest: descriptor.digest, mediaType: document.mediaType, descriptor, blobs };
}

/** Stores a blob with one request. Returns the status. */
export async function pushBlob(
  ask: Ask,
  repository: string,
  bytes: Buffer | string,
  algorithm: 'sha256' | 'sha512' = 'sha256',
): Promise<number> {
  const digest = digestBytes(algorithm, Buffer.from(bytes));
  const { status } = await ask('POST', `/v2/${repository}/blobs/uploads/?digest=${digest}`, { body: bytes });
  return status;
}

/** Stores a manifest by `reference`, or its digest, after its blobs. */
export async function pushManifest(
  ask: Ask,
  repository: string,
  manifest: TestManifest,
  reference = manifest.digest,
): Promise<Awaited<ReturnType<Ask>>> {
  const algorithm = manifest.digest.startsWith('sha512') ? 'sha512' : 'sha256';
  for (const blob of manifest.blobs) await pushBlob(ask, repository, blob, algorithm);
  return await ask('PUT', `/v2/${repository}/manifests/${reference}`, {
    headers: { 'content-type': manifest.mediaType },
    body: manifest.bytes,
  });
}
