import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncDirectory } from '../../../core/bytes/index.ts';
import { wrap } from '../../../core/errors/index.ts';
import { type Algorithm, type BlobDigest, isRepository, Refusal } from '../base/index.ts';
import type { Blobs } from './blobs.ts';
import { makeDurable, namesIn, readSmall, statOf } from './files.ts';
import { blobPath, uploadsPath } from './paths.ts';
import type { Recent } from './recent.ts';
import { Upload } from './upload.ts';

/** All uploads under way, also those that a process before this one began. */
export interface Uploads {
  /** @throws Refusal `TOOMANYREQUESTS` when too many are under way. */
  begin(repository: string, algorithm: Algorithm): Promise<Upload>;
  /** @throws Refusal `BLOB_UPLOAD_UNKNOWN`. */
  find(repository: string, id: string): Promise<Upload>;
  /**
   * Makes it a blob of its repository: there whole and verified, durable, or nothing is there.
   *
   * @throws Refusal `DIGEST_INVALID`. Whatever comes of it, the upload is gone then.
   */
  finish(upload: Upload, digest: BlobDigest): Promise<void>;
  /** Forgets it. Idempotent. */
  cancel(upload: Upload): Promise<void>;
  /** How many are under way, as far as this process knows. */
  count(): number;
  /** Forgets what was not used since. Returns how many. */
  expire(beforeMs: number): Promise<number>;
}

/** What uploads work with. */
export interface UploadSurroundings {
  readonly blobs: Blobs;
  readonly recent: Recent;
  readonly now: () => number;
  readonly maxUploads: number;
}

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The uploads under the directory of a registry. */
export function openUploads(root: string, surroundings: UploadSurroundings): Uploads {
  const { recent, blobs, now, maxUploads } = surroundings;
  const known = new Map<string, Upload>();
  const cancel = async (upload: Upload): Promise<void> => {
    known.delete(upload.id);
    await rm(dirname(upload.path), { recursive: true, force: true });
  };
  return {
    begin: async (repository, algorithm) => {
      if (known.size >= maxUploads) throw tooMany(maxUploads);
      const id = randomUUID();
      const upload = new Upload(placeOf(root, repository, id), { size: 0, algorithm, now: now() });
      known.set(id, upload);
      try {
        await create(upload);
      } catch (error) {
        await cancel(upload).catch(() => undefined);
        throw wrap('beginning an upload', error);
      }
      return upload;
    },
    find: async (repository, id) => {
      const upload = known.get(id) ?? (ID.test(id) ? await resume(root, id, now()) : undefined);
      if (upload?.repository !== repository) throw unknown(id);
      // Two requests may have read it at once.
      const first = known.get(id) ?? upload;
      known.set(id, first);
      return first;
    },
    finish: async (upload, digest) => {
      try {
        await becomeBlob(root, upload, { digest, recent, blobs });
      } finally {
        await cancel(upload);
      }
    },
    cancel,
    count: () => known.size,
    expire: async beforeMs => {
      let expired = 0;
      for (const upload of [...known.values()]) {
        if (upload.isBusy || upload.usedAt >= beforeMs) continue;
        await cancel(upload);
        expired += 1;
      }
      return expired + (await expireUnknown(root, { known, beforeMs }));
    },
  };
}

function placeOf(root: string, repository: string, id: string): ConstructorParameters<typeof Upload>[0] {
  return { id, repository, path: join(uploadsPath(root), id, 'data') };
}

async function create(upload: Upload): Promise<void> {
  const directory = dirname(upload.path);
  await mkdir(directory, { recursive: true });
  await writeFile(upload.path, '', { flag: 'wx' });
  await writeFile(join(directory, 'repository'), upload.repository, { flag: 'wx' });
}

async function resume(root: string, id: string, now: number): Promise<Upload | undefined> {
  const directory = join(uploadsPath(root), id);
  const repository = await readSmall(join(directory, 'repository'));
  const data = await statOf(join(directory, 'data'));
  if (repository === undefined || !isRepository(repository) || data === undefined) return undefined;
  return new Upload(placeOf(root, repository, id), { size: data.size, now });
}

async function becomeBlob(
  root: string,
  upload: Upload,
  to: Pick<UploadSurroundings, 'recent' | 'blobs'> & { readonly digest: BlobDigest },
): Promise<void> {
  await upload.seal(to.digest);
  to.recent.touch(to.digest);
  await place(upload.path, blobPath(root, to.digest));
  await to.blobs.link(upload.repository, to.digest);
}

async function place(from: string, to: string): Promise<void> {
  try {
    await makeDurable(dirname(to));
    await rename(from, to);
    await syncDirectory(dirname(to));
  } catch (error) {
    throw wrap('storing a blob', error);
  }
}

async function expireUnknown(
  root: string,
  what: { readonly known: ReadonlyMap<string, Upload>; readonly beforeMs: number },
): Promise<number> {
  let expired = 0;
  for (const id of await namesIn(uploadsPath(root))) {
    const directory = join(uploadsPath(root), id);
    if (what.known.has(id)) continue;
    const times = [statOf(join(directory, 'data')), stat(directory).catch(() => undefined)];
    const latest = Math.max(...(await Promise.all(times)).map(found => found?.mtimeMs ?? 0));
    if (latest >= what.beforeMs || what.known.has(id)) continue;
    await rm(directory, { recursive: true, force: true });
    expired += 1;
  }
  return expired;
}

function tooMany(maxUploads: number): Refusal {
  return new Refusal('TOOMANYREQUESTS', `${maxUploads} uploads are under way already`, {
    headers: { 'retry-after': '10' },
  });
}

function unknown(id: string): Refusal {
  return new Refusal('BLOB_UPLOAD_UNKNOWN', `no upload ${JSON.stringify(id.slice(0, 80))}`);
}
