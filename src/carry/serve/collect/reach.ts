import { join } from 'node:path';
import type { BlobDigest } from '../base/index.ts';
import { type ManifestDocument, readManifestDocument } from '../document/index.ts';
import { namesIn, repositoryPath, type Storage, statOf } from '../storage/index.ts';

/** A manifest of a repository, and what it points to. */
export interface KnownManifest {
  readonly digest: BlobDigest;
  readonly document: ManifestDocument;
}

/** All manifests of a repository. Absent when one cannot be read: nothing may be concluded then. */
export async function knownManifests(
  storage: Storage,
  repository: string,
): Promise<readonly KnownManifest[] | undefined> {
  const known: KnownManifest[] = [];
  for (const digest of await storage.manifests.list(repository)) {
    const manifest = await storage.manifests.peek(repository, digest);
    if (manifest === undefined) continue;
    try {
      known.push({ digest, document: readManifestDocument(manifest.bytes, manifest.mediaType) });
    } catch {
      return undefined;
    }
  }
  return known;
}

/** Every blob that one of the manifests points to. */
export function blobsOf(manifests: readonly KnownManifest[]): ReadonlySet<BlobDigest> {
  const found = new Set<BlobDigest>();
  for (const { document } of manifests) {
    for (const each of [...document.blobs, ...document.foreign]) found.add(each.digest);
  }
  return found;
}

/**
 * The manifests that nothing keeps: no tag, no index that is kept, no subject that is kept, and older than `cutoffMs`.
 */
export async function untagged(
  storage: Storage,
  repository: string,
  what: { readonly manifests: readonly KnownManifest[]; readonly cutoffMs: number },
): Promise<readonly BlobDigest[]> {
  const kept = await tagged(storage, repository);
  for (const { digest } of what.manifests) {
    const path = join(repositoryPath(storage.root, repository), '_manifests', digest.replace(':', '/'));
    const found = await statOf(path);
    if (found === undefined || found.mtimeMs >= what.cutoffMs) kept.add(digest);
  }
  spread(kept, what.manifests);
  return what.manifests.map(each => each.digest).filter(digest => !kept.has(digest));
}

async function tagged(storage: Storage, repository: string): Promise<Set<BlobDigest>> {
  const kept = new Set<BlobDigest>();
  for (const tag of await namesIn(join(repositoryPath(storage.root, repository), '_tags'))) {
    const digest = await storage.manifests.resolve(repository, tag);
    if (digest !== undefined) kept.add(digest);
  }
  return kept;
}

/** An index keeps its manifests, and a subject keeps its referrers. */
function spread(kept: Set<BlobDigest>, manifests: readonly KnownManifest[]): void {
  for (let before = -1; before < kept.size; ) {
    before = kept.size;
    for (const { digest, document } of manifests) {
      if (document.subject !== undefined && kept.has(document.subject.digest)) kept.add(digest);
      if (kept.has(digest)) for (const child of document.manifests) kept.add(child.digest);
    }
  }
}
