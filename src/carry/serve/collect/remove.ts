import type { BlobDigest } from '../base/index.ts';
import { readManifestDocument } from '../document/index.ts';
import type { Storage } from '../storage/index.ts';

/**
 * Takes a manifest from a repository, with every tag that names it. Tags go first, so that none ever names what is gone. To be
 * called in the repository's turn. False when it was not there.
 */
export async function removeManifest(
  storage: Storage,
  repository: string,
  digest: BlobDigest,
): Promise<boolean> {
  const { manifests, referrers } = storage;
  const manifest = await manifests.read(repository, digest);
  if (manifest === undefined) return await manifests.remove(repository, digest);
  for (const tag of (await manifests.tags(repository)) ?? []) {
    if ((await manifests.resolve(repository, tag)) === digest) await manifests.untag(repository, tag);
  }
  await manifests.remove(repository, digest);
  const { subject } = readManifestDocument(manifest.bytes, manifest.mediaType);
  if (subject !== undefined) await referrers.remove(repository, subject.digest, digest);
  return true;
}
