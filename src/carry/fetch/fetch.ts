import { rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type Digest,
  digestContent,
  fileContent,
  makeDirectories,
  removeStale,
  syncDirectory,
} from '../../core/bytes/index.ts';
import { isSampanError, SampanError, wrap } from '../../core/errors/index.ts';
import { withLock } from '../../core/store/index.ts';
import { formatSize } from '../../core/text/index.ts';
import { shownUrl } from '../http/index.ts';
import { type ChunkList, listDigest } from './chunks.ts';
import type { Fetched, FetchJob, FetchMeans } from './job.ts';
import { fetchList } from './list.ts';
import { PartFile } from './part.ts';
import {
  bootId,
  type FetchState,
  partPaths,
  readState,
  removeState,
  urlDigest,
  writeState,
} from './state.ts';
import { checkRoom, mend, type Transfer, transfer } from './transfer.ts';

/**
 * Fetches a file: it is there whole and checked when this returns, and until then only its part is. After an
 * interruption of any kind it goes on where it was, also after a power cut. A file that is there already and
 * is what is wanted is not fetched.
 *
 * @throws SampanError `not-found`, `denied`, `unavailable`, `timeout`, `integrity`, `no-space`, `cancelled`.
 */
export async function fetchFile(job: FetchJob, means: FetchMeans): Promise<Fetched> {
  makeDirectories(dirname(job.path));
  const { lock } = partPaths(job.path);
  const options = { timeoutMs: 2000, signal: means.signal };
  return await withLock(
    lock,
    async () => {
      // What was killed while it wrote the state.
      await removeStale(dirname(job.path));
      return await fetchChanging(job, means);
    },
    options,
  );
}

const MAX_CHANGES = 3;

/** A list that changes while its file is fetched means that both did. */
async function fetchChanging(job: FetchJob, means: FetchMeans): Promise<Fetched> {
  let list = await fetchList(job, means);
  for (let change = 0; ; change += 1) {
    try {
      return await fetchListed(job, means, list);
    } catch (error) {
      if (!isSampanError(error, 'integrity') || list === undefined || change === MAX_CHANGES) throw error;
      const now = await fetchList(job, means);
      if (now === undefined || now.digest === list.digest) throw error;
      means.say?.('the file has changed at the server: beginning anew');
      list = now;
    }
  }
}

async function fetchListed(job: FetchJob, means: FetchMeans, list: ChunkList | undefined): Promise<Fetched> {
  const wanted = job.digest ?? list?.digest;
  const checkedBy = job.digest !== undefined ? 'digest' : list === undefined ? 'size' : 'list';
  const there = wanted === undefined ? undefined : await fetchedBefore(job.path, wanted);
  const paths = partPaths(job.path);
  if (there !== undefined) {
    await rm(paths.part, { force: true });
    await removeState(paths.state);
    return { ...there, checkedBy };
  }
  const boot = await bootId();
  const state = usable(await readState(paths.state), { job, list });
  await using part = await PartFile.open(paths.part, {
    list,
    trusted: await trustedBytes(paths.part, state, boot),
    ...(means.signal === undefined ? {} : { signal: means.signal }),
  });
  const resumedAt = part.size;
  const { size, etag, lastModified } = state ?? {};
  const running: Transfer = {
    job,
    means,
    part,
    list,
    remote: { size, etag, lastModified },
    save: async () => await save(running, boot),
  };
  if (resumedAt > 0) means.say?.(`going on after ${formatSize(resumedAt)}`);
  if (list !== undefined || size !== undefined) await checkRoom(running);
  await transferSaving(running);
  const digest = await finish(running, wanted);
  return { path: job.path, sizeBytes: part.size, digest, resumedAt, checkedBy };
}

async function fetchedBefore(path: string, wanted: Digest): Promise<Omit<Fetched, 'checkedBy'> | undefined> {
  const size = (await stat(path).catch(() => undefined))?.size;
  if (size === undefined || digestContent(fileContent(path, size)) !== wanted) return undefined;
  return { path, sizeBytes: size, digest: wanted, resumedAt: size };
}

/** A state of another file is of no use; of a mirror of the same one it is, where the list or digest says so. */
function usable(
  state: FetchState | undefined,
  { job, list }: { readonly job: FetchJob; readonly list: ChunkList | undefined },
): FetchState | undefined {
  if (state === undefined) return undefined;
  const isSameList = list !== undefined && state.list === listDigest(list);
  if (isSameList) return state;
  return list === undefined && state.url === urlDigest(job.url) ? state : undefined;
}

/** After a power cut only what was put on the disk counts; while the machine runs, all that was written. */
async function trustedBytes(part: string, state: FetchState | undefined, boot: string): Promise<number> {
  if (state === undefined) return 0;
  if (boot === '' || state.boot !== boot) return state.durable;
  return (await stat(part).catch(() => undefined))?.size ?? 0;
}

async function save({ job, part, remote, list }: Transfer, boot: string): Promise<void> {
  await part.sync();
  const { size, etag, lastModified } = remote;
  await writeState(partPaths(job.path).state, {
    url: urlDigest(job.url),
    durable: part.size,
    boot,
    ...(size === undefined ? {} : { size }),
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
    ...(list === undefined ? {} : { list: listDigest(list) }),
  });
}

/** What has arrived is saved also when it fails: then there is time for it. Where nothing has, nothing stays. */
async function transferSaving(running: Transfer): Promise<void> {
  try {
    await transfer(running);
  } catch (error) {
    const { part, state } = partPaths(running.job.path);
    if (running.part.size > 0) await running.save().catch(() => undefined);
    else await Promise.all([rm(part, { force: true }), removeState(state)]).catch(() => undefined);
    throw error;
  }
}

async function finish(running: Transfer, wanted: Digest | undefined): Promise<Digest> {
  const { job, part, means } = running;
  const cancel = means.signal === undefined ? {} : { signal: means.signal };
  let digest = await part.digestOf(0, part.size, cancel);
  if (wanted !== undefined && digest !== wanted) {
    // The disk may have changed what it was given.
    await mend(running, await part.damaged(cancel));
    digest = await part.digestOf(0, part.size, cancel);
  }
  if (wanted !== undefined && digest !== wanted) await refuse(job, digest, wanted);
  await part.sync();
  const paths = partPaths(job.path);
  try {
    await rename(paths.part, job.path);
    await syncDirectory(dirname(job.path));
  } catch (error) {
    throw wrap(`naming ${job.path}`, error);
  }
  await removeState(paths.state);
  return digest;
}

/** Nothing of it is of use: the next time begins anew. */
async function refuse(job: FetchJob, got: Digest, wanted: Digest): Promise<never> {
  const { part, state } = partPaths(job.path);
  await rm(part, { force: true });
  await removeState(state);
  throw new SampanError('integrity', `${shownUrl(job.url)}: wanted ${wanted}, got ${got}`, {
    remedy: 'the server has another file than the one that is wanted, or it was changed on the way',
  });
}
