import type { BlobDigest } from '../base/index.ts';
import { blobsOf, knownManifests } from '../collect/index.ts';
import type { FoundBlob } from '../pull/index.ts';
import { beginDownload, type Download } from './download.ts';
import { upstreamFault } from './fault.ts';
import { countMirror, type Mirrored, type Tools } from './tools.ts';

/** Which blob, and whether its bytes are wanted. */
export interface WantedBlob {
  readonly digest: BlobDigest;
  readonly sizeOnly?: boolean;
}

/** A blob that the repository does not have here yet. Absent when the upstream does not have it either. */
export async function fetchBlob(
  tools: Tools,
  mirrored: Mirrored,
  wanted: WantedBlob,
): Promise<FoundBlob | undefined> {
  const { digest } = wanted;
  try {
    if (await adopted(tools, mirrored, digest)) return await tools.local.blob(mirrored.repository, digest);
    if (wanted.sizeOnly === true && !tools.downloads.has(digest)) return await ask(mirrored, digest);
    const download = await joinDownload(tools, mirrored, digest);
    countMirror(tools, download === undefined ? 'absent' : 'fetched');
    if (download === undefined) return undefined;
    // It may have ended meanwhile; then it is here like any other.
    const stored = await tools.local.blob(mirrored.repository, digest);
    return stored ?? { kind: 'arriving', blob: download };
  } catch (error) {
    countMirror(tools, 'failed');
    await tools.journal.failed(mirrored.repository, mirrored.upstream.name, error);
    throw upstreamFault(mirrored.upstream.name, error);
  }
}

async function ask(
  { contact, upstream, remote }: Mirrored,
  digest: BlobDigest,
): Promise<FoundBlob | undefined> {
  const size = await contact.attempt(signal => upstream.stat(remote, digest, { signal }));
  return size === undefined ? undefined : { kind: 'elsewhere', blob: { digest, size } };
}

/** Another repository may have it already: then this one gets it as soon as a manifest of its own points to it. */
async function adopted(tools: Tools, { repository }: Mirrored, digest: BlobDigest): Promise<boolean> {
  if (!(await tools.storage.blobs.isStored(digest))) return false;
  const manifests = await knownManifests(tools.storage, repository);
  if (manifests === undefined || !blobsOf(manifests).has(digest)) return false;
  return await tools.storage.blobs.link(repository, digest);
}

/** The download of a blob that is under way, or a new one. */
async function joinDownload(
  tools: Tools,
  mirrored: Mirrored,
  digest: BlobDigest,
): Promise<Download | undefined> {
  const known = tools.downloads.get(digest);
  if (known !== undefined) {
    const download = await known;
    // It was for another repository: when it is stored, this one gets it too.
    void download?.ended
      .then(() => tools.storage.blobs.link(mirrored.repository, digest))
      .catch(() => undefined);
    return download;
  }
  const begun = begin(tools, mirrored, digest);
  tools.downloads.set(digest, begun);
  const forget = (): void => void tools.downloads.delete(digest);
  begun.then(download => (download === undefined ? forget() : download.ended.then(forget)), forget);
  return await begun;
}

async function begin(tools: Tools, mirrored: Mirrored, digest: BlobDigest): Promise<Download | undefined> {
  const { repository, remote, upstream, contact } = mirrored;
  return await beginDownload({
    storage: tools.storage,
    repository,
    name: upstream.name,
    pauseMs: tools.pauseMs,
    digest,
    signal: tools.stopping,
    // Only the answer has to come in time; the bytes may take as long as they need.
    fetch: from => contact.attempt(() => upstream.blob(remote, digest, { from, signal: tools.stopping })),
    fetched: bytes => tools.metrics.count('sampan_registry_mirror_fetched_bytes_total', {}, bytes),
  });
}
