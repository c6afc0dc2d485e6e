import type { BlobDigest } from '../base/index.ts';
import { isBlobDigest, isTag } from '../base/index.ts';
import type { Metrics } from '../metrics/index.ts';
import { type FoundBlob, localSource, type PullSource } from '../pull/index.ts';
import type { Referrer, Storage, StoredManifest } from '../storage/index.ts';
import { fetchBlob } from './blobs.ts';
import { openContact } from './contact.ts';
import type { Download } from './download.ts';
import { openSyncJournal, type SyncState } from './journal.ts';
import { findByDigest, findByTag } from './manifests.ts';
import type { MirrorRoute } from './port.ts';
import type { Mirrored, Tools } from './tools.ts';

/** How to mirror. */
export interface MirrorOptions {
  /** Longer prefixes count first. */
  readonly routes: readonly MirrorRoute[];
  /** How long a tag is believed without asking again. */
  readonly ttlMs: number;
  /** How long an upstream may take to answer. */
  readonly timeoutMs: number;
  /** How long to wait after a download broke off for the first time; half a second unless told. */
  readonly pauseMs?: number;
  readonly now: () => number;
}

/** A source that passes on what upstreams have, and keeps it. */
export interface Mirror extends PullSource {
  state(): Promise<readonly SyncState[]>;
  stop(): Promise<void>;
}

/**
 * Pulls from upstreams, through the storage. A tag is asked for again when it is older than its time; while the upstream does
 * not answer, what is here is served. Each blob is fetched once, however many ask for it.
 */
export function openMirror(storage: Storage, metrics: Metrics, options: MirrorOptions): Mirror {
  const stopping = new AbortController();
  const tools: Tools = {
    storage,
    metrics,
    now: options.now,
    ttlMs: options.ttlMs,
    pauseMs: options.pauseMs ?? 500,
    local: localSource(storage),
    journal: openSyncJournal(storage.root, options.now),
    downloads: new Map<BlobDigest, Promise<Download | undefined>>(),
    listed: new Map(),
    stopping: stopping.signal,
  };
  const routes = options.routes
    .map(route => ({
      ...route,
      contact: openContact(route.upstream.name, { ...options, stopping: stopping.signal }),
    }))
    .toSorted((a, b) => b.prefix.length - a.prefix.length);
  const routeOf = (repository: string): Mirrored | undefined => {
    const route = routes.find(({ prefix }) => prefix === '' || repository.startsWith(`${prefix}/`));
    if (route === undefined) return undefined;
    const remote = route.prefix === '' ? repository : repository.slice(route.prefix.length + 1);
    return { ...route, repository, remote };
  };
  return {
    ...sourceOf(tools, routeOf),
    isMirrored: repository => routeOf(repository) !== undefined,
    state: () => tools.journal.all(),
    stop: async () => {
      stopping.abort();
      const downloads = await Promise.allSettled(tools.downloads.values());
      await Promise.allSettled(
        downloads.map(each => (each.status === 'fulfilled' ? each.value?.ended : undefined)),
      );
    },
  };
}

function sourceOf(
  tools: Tools,
  routeOf: (repository: string) => Mirrored | undefined,
): Omit<PullSource, 'isMirrored'> {
  const { local } = tools;
  return {
    manifest: async (repository, reference): Promise<StoredManifest | undefined> => {
      const mirrored = routeOf(repository);
      if (mirrored === undefined) return await local.manifest(repository, reference);
      if (isBlobDigest(reference)) return await findByDigest(tools, mirrored, reference);
      return isTag(reference) ? await findByTag(tools, mirrored, reference) : undefined;
    },
    blob: async (repository, digest, options): Promise<FoundBlob | undefined> => {
      const mirrored = routeOf(repository);
      const found = await local.blob(repository, digest, options);
      if (found !== undefined || mirrored === undefined) return found;
      return await fetchBlob(tools, mirrored, { digest, ...options });
    },
    tags: async (repository): Promise<readonly string[] | undefined> => {
      const mirrored = routeOf(repository);
      if (mirrored === undefined) return await local.tags(repository);
      return await listTags(tools, mirrored);
    },
    referrers: async (repository, subject): Promise<readonly Referrer[]> => {
      const mirrored = routeOf(repository);
      if (mirrored === undefined) return await local.referrers(repository, subject);
      return await listReferrers(tools, mirrored, subject);
    },
  };
}

async function listTags(tools: Tools, mirrored: Mirrored): Promise<readonly string[] | undefined> {
  const { repository, remote, upstream, contact } = mirrored;
  const known = tools.listed.get(repository);
  if (known !== undefined && known.at + tools.ttlMs > tools.now()) return known.tags;
  try {
    const tags = (await contact.attempt(signal => upstream.tags(remote, { signal })))?.toSorted();
    if (tags !== undefined) tools.listed.set(repository, { at: tools.now(), tags });
    return tags;
  } catch (error) {
    const tags = known?.tags ?? (await tools.local.tags(repository));
    if (tags === undefined) throw error;
    await tools.journal.failed(repository, upstream.name, error);
    return tags;
  }
}

async function listReferrers(
  tools: Tools,
  mirrored: Mirrored,
  subject: BlobDigest,
): Promise<readonly Referrer[]> {
  const { repository, remote, upstream, contact } = mirrored;
  try {
    const all = await contact.attempt(signal => upstream.referrers(remote, subject, { signal }));
    return all.toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
  } catch (error) {
    await tools.journal.failed(repository, upstream.name, error);
    return await tools.local.referrers(repository, subject);
  }
}
