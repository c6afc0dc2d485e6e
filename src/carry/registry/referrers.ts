import { type Digest, digestOf } from '../../core/bytes/index.ts';
import { isSampanError, SampanError } from '../../core/errors/index.ts';
import { type Descriptor, type ImageIndex, MEDIA, parseIndex, parseManifest } from '../../core/oci/index.ts';
import { contentType, readBody } from '../http/index.ts';
import { fetchManifest, pushManifest, type RemoteManifest } from './manifests.ts';
import { refusal } from './refusal.ts';
import { nextPage } from './tags.ts';
import type { Repository } from './types.ts';

const MAX_BYTES = 4 << 20;
const MAX_PAGES = 100;

/** Which referrers. */
export interface ReferrerOptions {
  /** Only those of this kind. */
  readonly artifactType?: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What refers to a manifest: signatures, SBOMs (distribution spec 1.1, "Listing Referrers"). A registry that does
 * not know referrers is asked for the fallback tag. None where there is neither.
 *
 * @throws SampanError `denied`, `invalid`, `limit`, `unavailable`.
 */
export async function listReferrers(
  repository: Repository,
  digest: Digest,
  options: ReferrerOptions = {},
): Promise<readonly Descriptor[]> {
  const { artifactType } = options;
  const found =
    (await byApi(repository, digest, options)) ?? (await byTag(repository, digest, options)).manifests;
  // Registries may ignore the filter.
  return found.filter(each => artifactType === undefined || each.artifactType === artifactType);
}

async function byApi(
  repository: Repository,
  digest: Digest,
  options: ReferrerOptions,
): Promise<readonly Descriptor[] | undefined> {
  const { artifactType, signal } = options;
  const what = `${repository.name}, referrers of ${digest}`;
  const found: Descriptor[] = [];
  const query = artifactType === undefined ? {} : { artifactType };
  let at: URL | undefined = repository.urlOf(`referrers/${digest}`, query);
  for (let page = 0; at !== undefined; page += 1) {
    if (page === MAX_PAGES) throw new SampanError('limit', `${what}: more than ${MAX_PAGES} pages`);
    const response = await repository.call({ method: 'GET', at, headers: { accept: MEDIA.index }, signal });
    if (response.status === 404 && page === 0) {
      response.close();
      return undefined;
    }
    if (response.status !== 200) throw await refusal(response, what);
    if (contentType(response).includes('html')) throw await refusal(response, what);
    found.push(...parseIndex(await readBody(response, MAX_BYTES), what).manifests);
    at = nextPage(response, at, what);
  }
  return found;
}

/** The tag under which the referrers of a digest are listed where the registry does not list them. */
export function fallbackTag(digest: Digest): string {
  return digest.replace(':', '-');
}

const NONE: ImageIndex = { schemaVersion: 2, mediaType: MEDIA.index, manifests: [] };

async function byTag(repository: Repository, digest: Digest, options: ReferrerOptions): Promise<ImageIndex> {
  try {
    const { bytes, descriptor } = await fetchManifest(repository, fallbackTag(digest), options);
    if (descriptor.mediaType !== MEDIA.index) return NONE;
    return parseIndex(bytes, `${repository.name}, ${fallbackTag(digest)}`);
  } catch (error) {
    if (isSampanError(error, 'not-found')) return NONE;
    throw error;
  }
}

/**
 * Stores a manifest that has a subject, by its digest, and lists it under the subject's fallback tag where the
 * registry does not do so itself (distribution spec 1.1, "Pushing Manifests with Subject"). Idempotent. Two that do
 * it at once to a registry without referrers may lose one entry; the specification has no means against it.
 *
 * @throws SampanError as {@link pushManifest}, `invalid` for a manifest without a subject.
 */
export async function pushReferrer(
  repository: Repository,
  manifest: RemoteManifest,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const { descriptor, bytes } = manifest;
  const { subject, artifactType, config, annotations } = parseManifest(bytes, descriptor.digest);
  if (subject === undefined) throw new SampanError('invalid', `${descriptor.digest}: refers to nothing`);
  const pushed = await pushManifest(repository, manifest, { ...options, reference: descriptor.digest });
  if (pushed.subject !== undefined) return;
  const index = await byTag(repository, subject.digest, options);
  if (index.manifests.some(each => each.digest === descriptor.digest)) return;
  const entry = {
    ...descriptor,
    artifactType: artifactType ?? config.mediaType,
    ...(annotations === undefined ? {} : { annotations }),
  };
  const text = Buffer.from(JSON.stringify({ ...index, manifests: [...index.manifests, entry] }));
  const listed = { mediaType: MEDIA.index, digest: digestOf(text), size: text.length };
  const reference = fallbackTag(subject.digest);
  await pushManifest(repository, { descriptor: listed, bytes: text }, { ...options, reference });
}
