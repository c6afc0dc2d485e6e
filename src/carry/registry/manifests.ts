import { type Digest, digestOf, isDigest } from '../../core/bytes/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import {
  type Descriptor,
  isIndexType,
  isManifestType,
  MAX_DOCUMENT_BYTES,
  MEDIA,
  parseIndex,
  parseManifest,
} from '../../core/oci/index.ts';
import { contentType, type HttpResponse, readBody } from '../http/index.ts';
import { refusal } from './refusal.ts';
import { checkedSegment } from './repository.ts';
import type { Repository } from './types.ts';

/** A manifest or index, with its bytes as the registry has them. */
export interface RemoteManifest {
  readonly descriptor: Descriptor;
  readonly bytes: Buffer;
}

const ACCEPT = [MEDIA.index, MEDIA.dockerIndex, MEDIA.manifest, MEDIA.dockerManifest].join(', ');
const GENERIC: ReadonlySet<string> = new Set([
  '',
  'application/json',
  'application/octet-stream',
  'text/plain',
]);

/**
 * Fetches a manifest by tag or digest (distribution spec 1.1, "Pulling manifests").
 *
 * @throws SampanError `not-found`, `denied`, `integrity` for other bytes than promised, `invalid` for what is no
 *   manifest, `limit` above 4 MiB.
 */
export async function fetchManifest(
  repository: Repository,
  reference: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<RemoteManifest> {
  const what = `${repository.name}, manifest ${reference}`;
  const at = `manifests/${checkedSegment(reference)}`;
  const response = await repository.call({ method: 'GET', at, headers: { accept: ACCEPT }, ...options });
  if (response.status !== 200) throw await refusal(response, what);
  const bytes = await readBody(response, MAX_DOCUMENT_BYTES);
  const digest = digestOf(bytes);
  const promised = isDigest(reference) ? reference : promisedDigest(response);
  if (promised !== undefined && promised !== digest) {
    throw new SampanError('integrity', `${what}: wanted ${promised}, got ${digest}`);
  }
  const mediaType = typeOf(response, bytes, what);
  if (isIndexType(mediaType)) parseIndex(bytes, what);
  else parseManifest(bytes, what);
  return { bytes, descriptor: { mediaType, digest, size: bytes.length } };
}

function promisedDigest({ headers }: HttpResponse): Digest | undefined {
  const text = headers['docker-content-digest'];
  return isDigest(text) ? text : undefined;
}

/** The header says what it is; a document that says otherwise could be read in two ways, and is refused. */
function typeOf(response: HttpResponse, bytes: Buffer, what: string): string {
  const said = contentType(response);
  const inside = innerType(bytes);
  if (isKnown(said)) {
    if (inside === undefined || inside === said) return said;
    throw new SampanError('invalid', `${what}: sent as ${said}, but it calls itself ${inside}`);
  }
  if (GENERIC.has(said) && inside !== undefined && isKnown(inside)) return inside;
  if (said === 'application/vnd.docker.distribution.manifest.v1+prettyjws') {
    throw new SampanError('unsupported', `${what}: a schema 1 image; push it again with a newer Docker`);
  }
  throw new SampanError('invalid', `${what}: not a manifest but ${said || 'something without a type'}`);
}

function isKnown(type: string): boolean {
  return isManifestType(type) || isIndexType(type);
}

function innerType(bytes: Buffer): string | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof value !== 'object' || value === null || !('mediaType' in value)) return undefined;
    return typeof value.mediaType === 'string' ? value.mediaType : undefined;
  } catch {
    return undefined;
  }
}

/** The digest of what a tag names, without fetching it; absent when there is no such tag. */
export async function manifestDigest(
  repository: Repository,
  reference: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Digest | undefined> {
  const at = `manifests/${checkedSegment(reference)}`;
  const response = await repository.call({ method: 'HEAD', at, headers: { accept: ACCEPT }, ...options });
  response.close();
  if (response.status === 404) return undefined;
  if (response.status !== 200) throw await refusal(response, `${repository.name}, manifest ${reference}`);
  return isDigest(reference) ? reference : promisedDigest(response);
}

/** What was stored, and whether the registry itself lists it under its subject. */
export interface PushedManifest {
  /** From `OCI-Subject`; absent where the registry does not know referrers. */
  readonly subject: string | undefined;
}

/**
 * Stores a manifest or index under a tag or its digest (distribution spec 1.1, "Pushing manifests"). Idempotent.
 *
 * @throws SampanError `denied`, `invalid`, `integrity` where the registry stored something else.
 */
export async function pushManifest(
  repository: Repository,
  manifest: RemoteManifest,
  options: { readonly reference: string; readonly signal?: AbortSignal | undefined },
): Promise<PushedManifest> {
  const { descriptor, bytes } = manifest;
  const { reference, signal } = options;
  const what = `${repository.name}, manifest ${reference}`;
  const response = await repository.call({
    method: 'PUT',
    at: `manifests/${checkedSegment(reference)}`,
    headers: { 'content-type': descriptor.mediaType },
    body: { sizeBytes: bytes.length, open: () => once(bytes) },
    actions: 'pull,push',
    isRepeatable: true,
    signal,
  });
  if (response.status !== 201 && response.status !== 200 && response.status !== 202) {
    throw await refusal(response, what);
  }
  response.close();
  const got = promisedDigest(response);
  if (got !== undefined && got !== descriptor.digest) {
    throw new SampanError('integrity', `${what}: the registry stored ${got}, wanted ${descriptor.digest}`);
  }
  return { subject: response.headers['oci-subject'] };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
