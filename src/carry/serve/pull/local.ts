import { algorithmOf, type BlobDigest, digitsOf, isBlobDigest, isTag } from '../base/index.ts';
import type { Referrer, Storage, StoredManifest } from '../storage/index.ts';
import type { PullSource } from './port.ts';

/** Pulls what was pushed. */
export function localSource(storage: Storage): PullSource {
  return {
    manifest: async (repository, reference) => await readManifest(storage, repository, reference),
    blob: async (repository, digest) => {
      const blob = await storage.blobs.find(repository, digest);
      return blob === undefined ? undefined : { kind: 'stored', blob };
    },
    tags: async repository => await storage.manifests.tags(repository),
    referrers: async (repository, subject) => await listReferrers(storage, repository, subject),
    isMirrored: () => false,
  };
}

async function readManifest(
  storage: Storage,
  repository: string,
  reference: string,
): Promise<StoredManifest | undefined> {
  if (isBlobDigest(reference)) return await storage.manifests.read(repository, reference);
  if (!isTag(reference)) return undefined;
  const digest = await storage.manifests.resolve(repository, reference);
  return digest === undefined ? undefined : await storage.manifests.read(repository, digest);
}

/**
 * What was pushed with a subject, and what clients wrote down under the fallback tag when they took this for a registry without
 * the list (distribution spec 1.1, "Referrers Tag Schema"). Only manifests that are there count.
 */
async function listReferrers(
  storage: Storage,
  repository: string,
  subject: BlobDigest,
): Promise<readonly Referrer[]> {
  const found = new Map<BlobDigest, Referrer>();
  const fallback = await fallbackReferrers(storage, repository, subject);
  for (const each of [...fallback, ...(await storage.referrers.list(repository, subject))]) {
    if (await storage.manifests.has(repository, each.digest)) found.set(each.digest, each);
  }
  return [...found.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1));
}

async function fallbackReferrers(
  storage: Storage,
  repository: string,
  subject: BlobDigest,
): Promise<readonly Referrer[]> {
  const tag = `${algorithmOf(subject)}-${digitsOf(subject).slice(0, 64)}`;
  const manifest = await readManifest(storage, repository, tag);
  if (manifest === undefined) return [];
  // It passed the checks of a push, or those of the mirror: the descriptors are sound.
  const index: { manifests?: readonly Referrer[] } = JSON.parse(Buffer.from(manifest.bytes).toString());
  return (index.manifests ?? []).filter(entry => isBlobDigest(entry.digest)).map(referrerOf);
}

function referrerOf(entry: Referrer): Referrer {
  const { mediaType, digest, size, artifactType, annotations } = entry;
  return {
    mediaType,
    digest,
    size,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}
