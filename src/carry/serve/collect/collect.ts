import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { removeStale, throwIfCancelled } from '../../../core/bytes/index.ts';
import { ALGORITHMS, type BlobDigest } from '../base/index.ts';
import { namesIn, repositoriesIn, repositoryPath, type Storage } from '../storage/index.ts';
import { type DigestFile, digestFiles, removeOld, type Sparing } from './files.ts';
import { blobsOf, knownManifests, untagged } from './reach.ts';
import { removeManifest } from './remove.ts';

/** What a collection did. */
export interface Collection {
  /** Manifests that nothing kept; none unless it was asked for. */
  readonly manifests: number;
  /** Blobs that a repository had, and no manifest of it needed. */
  readonly links: number;
  /** Files, and their bytes, that no repository had. */
  readonly blobs: number;
  readonly bytes: number;
  /** Uploads that nobody went on with. */
  readonly uploads: number;
  /** What is left. */
  readonly keptBlobs: number;
}

/** How to collect. */
export interface CollectOptions {
  readonly now: () => number;
  /** What was stored, mounted or asked for within this time stays: its manifest may be on its way. */
  readonly graceMs: number;
  /** Uploads that nobody went on with for so long are forgotten. */
  readonly uploadMs: number;
  /** Manifests without a tag go when they are older than this; they stay unless told. */
  readonly untaggedMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Tally {
  manifests: number;
  links: number;
  blobs: number;
  bytes: number;
  keptBlobs: number;
}

/**
 * Removes what nothing needs any more, while the registry goes on serving. A blob is first taken from each repository whose
 * manifests do not need it, and its file goes when no repository has it. Whoever is killed in between leaves files that
 * the next collection removes.
 *
 * @throws SampanError `cancelled`, or the system's error.
 */
export async function collectGarbage(storage: Storage, options: CollectOptions): Promise<Collection> {
  const cutoffMs = options.now() - options.graceMs;
  const sparing: Sparing = { cutoffMs, isRecent: digest => storage.recent.isRecent(digest, cutoffMs) };
  const tally: Tally = { manifests: 0, links: 0, blobs: 0, bytes: 0, keptBlobs: 0 };
  const linked = new Set<BlobDigest>();
  const uploads = await storage.uploads.expire(options.now() - options.uploadMs);
  for await (const repository of repositoriesIn(storage.root)) {
    throwIfCancelled(options.signal);
    await collectManifests(storage, repository, { ...options, tally });
    await collectLinks(storage, repository, { sparing, tally, linked });
  }
  for await (const file of digestFiles(join(storage.root, 'blobs'))) {
    throwIfCancelled(options.signal);
    collectFile(file, { sparing, tally, linked });
    if (tally.blobs % 64 === 63) await setImmediate();
  }
  storage.recent.forgetBefore(cutoffMs);
  return { ...tally, uploads };
}

async function collectManifests(
  storage: Storage,
  repository: string,
  options: CollectOptions & { readonly tally: Tally },
): Promise<void> {
  if (options.untaggedMs === undefined) return;
  const cutoffMs = options.now() - options.untaggedMs;
  // In the repository's turn: no tag can come to name what is being removed.
  await storage.turns.take(repository, async () => {
    const manifests = await knownManifests(storage, repository);
    if (manifests === undefined) return;
    for (const digest of await untagged(storage, repository, { manifests, cutoffMs })) {
      if (await removeManifest(storage, repository, digest)) options.tally.manifests += 1;
    }
  });
}

interface Sweep {
  readonly sparing: Sparing;
  readonly tally: Tally;
  /** What some repository has. */
  readonly linked: Set<BlobDigest>;
}

async function collectLinks(storage: Storage, repository: string, sweep: Sweep): Promise<void> {
  const directory = repositoryPath(storage.root, repository);
  await removeTemporary(directory);
  const manifests = await knownManifests(storage, repository);
  const needed = manifests === undefined ? undefined : blobsOf(manifests);
  for await (const { digest } of digestFiles(join(directory, '_manifests'))) sweep.linked.add(digest);
  for await (const link of digestFiles(join(directory, '_blobs'))) {
    const isNeeded = needed === undefined || needed.has(link.digest);
    if (!isNeeded && removeOld(link, sweep.sparing) !== undefined) sweep.tally.links += 1;
    else sweep.linked.add(link.digest);
  }
}

/** What killed processes left half-written in a repository; nobody sees it. */
async function removeTemporary(directory: string): Promise<void> {
  await removeStale(directory);
  await removeStale(join(directory, '_tags'));
  for (const algorithm of ALGORITHMS) {
    await removeStale(join(directory, '_manifests', algorithm));
    const subjects = join(directory, '_referrers', algorithm);
    for (const subject of await namesIn(subjects)) await removeStale(join(subjects, subject));
  }
}

function collectFile(file: DigestFile, sweep: Sweep): void {
  const size = sweep.linked.has(file.digest) ? undefined : removeOld(file, sweep.sparing);
  if (size === undefined) {
    sweep.tally.keptBlobs += 1;
    return;
  }
  sweep.tally.blobs += 1;
  sweep.tally.bytes += size;
}
