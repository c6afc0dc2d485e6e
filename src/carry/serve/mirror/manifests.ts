import { type BlobDigest, isAttachmentTag } from '../base/index.ts';
import { readManifestDocument } from '../document/index.ts';
import type { StoredManifest } from '../storage/index.ts';
import { upstreamFault } from './fault.ts';
import { countMirror, type Mirrored, type Tools } from './tools.ts';

/** A manifest never changes: what is here is as good as what is there. */
export async function findByDigest(
  tools: Tools,
  mirrored: Mirrored,
  digest: BlobDigest,
): Promise<StoredManifest | undefined> {
  const known = await tools.storage.manifests.read(mirrored.repository, digest);
  if (known !== undefined) {
    countMirror(tools, 'hit');
    return known;
  }
  try {
    const manifest = await fetchManifest(tools, mirrored, digest);
    countMirror(tools, manifest === undefined ? 'absent' : 'fetched');
    return manifest;
  } catch (error) {
    await failed(tools, mirrored, error);
    throw upstreamFault(mirrored.upstream.name, error);
  }
}

/**
 * What a tag names. While it is young enough it is believed; otherwise the upstream is asked, and when that does not answer,
 * what was known last is served.
 */
export async function findByTag(
  tools: Tools,
  mirrored: Mirrored,
  tag: string,
): Promise<StoredManifest | undefined> {
  const { repository } = mirrored;
  const key = `tag ${repository}:${tag}`;
  // Whoever asks at the same time waits for the one answer.
  const isFresh = await tools.storage.turns.take(key, () => renewTag(tools, mirrored, tag));
  const digest = await tools.storage.manifests.resolve(repository, tag);
  const manifest = digest === undefined ? undefined : await tools.storage.manifests.read(repository, digest);
  if (isFresh === true) return manifest;
  // What is attached to an image is told as the list of referrers is: what is here. Clients would ask again and again.
  if (manifest === undefined && !isAttachmentTag(tag)) throw isFresh;
  if (manifest !== undefined) countMirror(tools, 'stale');
  return manifest;
}

/** True when the tag is now as the upstream has it; the error when it could not be asked. */
async function renewTag(tools: Tools, mirrored: Mirrored, tag: string): Promise<unknown> {
  const { repository, remote, upstream, contact } = mirrored;
  const { manifests, turns } = tools.storage;
  const checkedAt = await manifests.taggedAt(repository, tag);
  if (checkedAt !== undefined && checkedAt + tools.ttlMs > tools.now()) {
    countMirror(tools, 'hit');
    return true;
  }
  try {
    const digest = await contact.attempt(signal => upstream.resolve(remote, tag, { signal }));
    if (digest === undefined) {
      countMirror(tools, 'absent');
      await turns.take(repository, () => manifests.untag(repository, tag));
      return true;
    }
    const isHere = await manifests.has(repository, digest);
    const manifest = isHere ? true : await fetchManifest(tools, mirrored, digest);
    countMirror(tools, isHere ? 'hit' : 'fetched');
    if (manifest === undefined) return true;
    await turns.take(repository, () => manifests.tag(repository, tag, digest));
    await tools.journal.succeeded(repository, upstream.name);
    return true;
  } catch (error) {
    await failed(tools, mirrored, error);
    return upstreamFault(upstream.name, error);
  }
}

async function fetchManifest(
  tools: Tools,
  mirrored: Mirrored,
  digest: BlobDigest,
): Promise<StoredManifest | undefined> {
  const { repository, remote, upstream, contact } = mirrored;
  const { storage } = tools;
  const manifest = await contact.attempt(signal => upstream.manifest(remote, digest, { signal }));
  if (manifest === undefined) return undefined;
  const { subject, artifactType, annotations, mediaType } = readManifestDocument(
    manifest.bytes,
    manifest.mediaType,
  );
  await storage.turns.take(repository, async () => {
    if (subject !== undefined) {
      const size = manifest.bytes.length;
      await storage.referrers.add(repository, subject.digest, {
        mediaType,
        digest,
        size,
        ...(artifactType === undefined ? {} : { artifactType }),
        ...(annotations === undefined ? {} : { annotations }),
      });
    }
    await storage.manifests.write(repository, { ...manifest, mediaType });
  });
  await tools.journal.succeeded(repository, upstream.name);
  return { ...manifest, mediaType };
}

async function failed(tools: Tools, mirrored: Mirrored, error: unknown): Promise<void> {
  countMirror(tools, 'failed');
  await tools.journal.failed(mirrored.repository, mirrored.upstream.name, error);
}
