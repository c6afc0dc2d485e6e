import { MAX_DOCUMENT_BYTES } from '../../../core/oci/index.ts';
import { algorithmOf, digestBytes, isBlobDigest, isTag, parseBlobDigest, Refusal } from '../base/index.ts';
import { removeManifest } from '../collect/index.ts';
import { type ManifestDocument, readManifestDocument } from '../document/index.ts';
import { readBody, reply } from '../http/index.ts';
import type { Storage, StoredManifest } from '../storage/index.ts';
import { type Call, type Handlers, type Registry, throwUnlessWritable } from './call.ts';

/** `/v2/<name>/manifests/<reference>` (distribution spec 1.1, "Pulling manifests", "Pushing Manifests", "Deleting tags"). */
export function manifestHandlers(repository: string, reference: string): Handlers {
  const get = async (registry: Registry, call: Call): Promise<void> => {
    const isDigest = reference.includes(':');
    if (isDigest) parseBlobDigest(reference);
    const manifest = await registry.source.manifest(repository, reference);
    if (manifest === undefined) throw unknown(repository, reference);
    send(call, manifest, isDigest);
  };
  return {
    GET: get,
    HEAD: get,
    PUT: async (registry, call) => {
      throwUnlessWritable(registry, repository);
      await put(registry, call, { repository, reference });
    },
    DELETE: async (registry, call) => {
      throwUnlessWritable(registry, repository);
      const { storage } = registry;
      const isGone = await storage.turns.take(repository, () => remove(storage, repository, reference));
      if (!isGone) throw unknown(repository, reference);
      reply(call.response, 202);
    },
  };
}

function unknown(repository: string, reference: string): Refusal {
  return new Refusal(
    'MANIFEST_UNKNOWN',
    `${repository} has no manifest ${JSON.stringify(reference.slice(0, 150))}`,
  );
}

function send(call: Call, manifest: StoredManifest, isImmutable: boolean): void {
  const { digest, mediaType, bytes } = manifest;
  const etag = `"${digest}"`;
  const headers = {
    'content-type': mediaType,
    'docker-content-digest': digest,
    etag,
    ...(isImmutable ? { 'cache-control': 'max-age=31536000, immutable' } : {}),
  };
  if (call.request.headers['if-none-match'] === etag) reply(call.response, 304, { headers });
  else reply(call.response, 200, { headers: { ...headers, 'content-length': bytes.length }, body: bytes });
}

interface Place {
  readonly repository: string;
  readonly reference: string;
}

async function put(registry: Registry, call: Call, place: Place): Promise<void> {
  const { repository, reference } = place;
  const { storage } = registry;
  const isDigest = reference.includes(':');
  const wanted = isDigest ? parseBlobDigest(reference) : undefined;
  const tags = isDigest ? call.query.getAll('tag') : [reference];
  const bad = tags.find(tag => !isTag(tag));
  if (bad !== undefined)
    throw new Refusal('MANIFEST_INVALID', `not a tag: ${JSON.stringify(bad.slice(0, 150))}`);
  const bytes = await readBody(call.request, { ...registry.pace, maxBytes: MAX_DOCUMENT_BYTES });
  registry.received(bytes.length);
  const digest = digestBytes(wanted === undefined ? 'sha256' : algorithmOf(wanted), bytes);
  if (wanted !== undefined && digest !== wanted) {
    throw new Refusal('DIGEST_INVALID', `wanted ${wanted}, got ${digest}`);
  }
  const document = readManifestDocument(bytes, call.request.headers['content-type']);
  const manifest = { digest, mediaType: document.mediaType, bytes };
  await storage.turns.take(repository, async () => {
    await throwUnlessComplete(storage, repository, document);
    await keep(storage, repository, { manifest, document });
    for (const tag of tags) await storage.manifests.tag(repository, tag, digest);
  });
  const headers = {
    location: `/v2/${repository}/manifests/${digest}`,
    'docker-content-digest': digest,
    ...(document.subject === undefined ? {} : { 'oci-subject': document.subject.digest }),
    ...(isDigest && tags.length > 0 ? { 'oci-tag': tags } : {}),
  };
  reply(call.response, 201, { headers });
}

/** Everything that the manifest needs must be in the repository. An index may be sparse. */
async function throwUnlessComplete(
  storage: Storage,
  repository: string,
  document: ManifestDocument,
): Promise<void> {
  for (const each of [...document.manifests, ...document.foreign]) storage.recent.touch(each.digest);
  for (const { digest, size } of document.blobs) {
    const found = await storage.blobs.find(repository, digest);
    if (found === undefined) {
      throw new Refusal('MANIFEST_BLOB_UNKNOWN', `${repository} has no blob ${digest}`);
    }
    if (found.size !== size) {
      throw new Refusal('MANIFEST_INVALID', `${digest} has ${found.size} bytes, not ${size}`);
    }
  }
}

/** The link to the manifest is made last but the tag: a referrer without its manifest is not shown. */
async function keep(
  storage: Storage,
  repository: string,
  what: { readonly manifest: StoredManifest; readonly document: ManifestDocument },
): Promise<void> {
  const { manifest, document } = what;
  const { digest, mediaType, bytes } = manifest;
  const { subject, artifactType, annotations } = document;
  if (subject !== undefined) {
    await storage.referrers.add(repository, subject.digest, {
      mediaType,
      digest,
      size: bytes.length,
      ...(artifactType === undefined ? {} : { artifactType }),
      ...(annotations === undefined ? {} : { annotations }),
    });
  }
  await storage.manifests.write(repository, manifest);
}

/** False when it was not there. */
async function remove(storage: Storage, repository: string, reference: string): Promise<boolean> {
  if (!reference.includes(':')) {
    return isTag(reference) && (await storage.manifests.untag(repository, reference));
  }
  return isBlobDigest(reference) && (await removeManifest(storage, repository, reference));
}
