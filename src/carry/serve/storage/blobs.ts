import { utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeAtomically } from '../../../core/bytes/index.ts';
import type { BlobDigest } from '../base/index.ts';
import { makeDurable, removeFile, statOf, writeEmpty } from './files.ts';
import { blobLink, blobPath, manifestLink } from './paths.ts';
import type { Recent } from './recent.ts';

/** A blob of a repository, as a file of this machine. */
export interface StoredBlob {
  readonly digest: BlobDigest;
  /** In bytes. */
  readonly size: number;
  readonly path: string;
}

/** The blobs of all repositories. */
export interface Blobs {
  /** Absent when the repository does not have it. What is found is spared by the collector for a while. */
  find(repository: string, digest: BlobDigest): Promise<StoredBlob | undefined>;
  /** True when its bytes are here, whichever repository has them. */
  isStored(digest: BlobDigest): Promise<boolean>;
  /** Gives a repository content that is stored. Idempotent. False when it is not stored. */
  link(repository: string, digest: BlobDigest): Promise<boolean>;
  /** Takes it from one repository; its bytes stay until the collector comes. False when it did not have it. */
  unlink(repository: string, digest: BlobDigest): Promise<boolean>;
  /** Stores bytes that have that digest, whole or not at all. Idempotent. */
  store(digest: BlobDigest, bytes: Uint8Array): Promise<void>;
}

/** How old the time of a link may become before looking at it renews it. */
const RENEW_MS = 600_000;

/** The blobs under the directory of a registry. */
export function openBlobs(
  root: string,
  surroundings: { readonly recent: Recent; readonly now: () => number },
): Blobs {
  const { recent, now } = surroundings;
  return {
    find: async (repository, digest) => {
      recent.touch(digest);
      const link = await findLink(root, repository, digest);
      if (link === undefined) return undefined;
      const path = blobPath(root, digest);
      const found = await statOf(path);
      if (found === undefined) return undefined;
      if (link.mtimeMs < now() - RENEW_MS) await renew(link.path, now());
      return { digest, size: found.size, path };
    },
    isStored: async digest => {
      recent.touch(digest);
      return (await statOf(blobPath(root, digest))) !== undefined;
    },
    link: async (repository, digest) => {
      recent.touch(digest);
      if ((await statOf(blobPath(root, digest))) === undefined) return false;
      await writeEmpty(blobLink(root, repository, digest));
      return true;
    },
    unlink: async (repository, digest) => await removeFile(blobLink(root, repository, digest)),
    store: async (digest, bytes) => {
      recent.touch(digest);
      const path = blobPath(root, digest);
      if ((await statOf(path))?.size === bytes.length) return;
      await makeDurable(dirname(path));
      await writeAtomically(path, once(bytes));
    },
  };
}

/** A manifest can be read as a blob, too. */
async function findLink(
  root: string,
  repository: string,
  digest: BlobDigest,
): Promise<{ path: string; mtimeMs: number } | undefined> {
  for (const path of [blobLink(root, repository, digest), manifestLink(root, repository, digest)]) {
    const found = await statOf(path);
    if (found !== undefined) return { path, mtimeMs: found.mtimeMs };
  }
  return undefined;
}

/** The time tells the collector after a restart that somebody still wants it. */
async function renew(path: string, now: number): Promise<void> {
  const time = new Date(now);
  await utimes(path, time, time).catch(() => undefined);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
