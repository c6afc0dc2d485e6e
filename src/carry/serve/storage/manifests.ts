import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode, wrap } from '../../../core/errors/index.ts';
import { type BlobDigest, digestFrom, isBlobDigest, isTag } from '../base/index.ts';
import type { Blobs } from './blobs.ts';
import { namesIn, readSmall, removeFile, statOf, writeSmall } from './files.ts';
import { blobPath, manifestLink, repositoryPath, tagsPath } from './paths.ts';
import type { Recent } from './recent.ts';

/** A manifest or index of a repository, byte for byte. */
export interface StoredManifest {
  readonly digest: BlobDigest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** The manifests and tags of all repositories. */
export interface Manifests {
  /** Absent when the repository does not have it. */
  read(repository: string, digest: BlobDigest): Promise<StoredManifest | undefined>;
  /** As `read`, but the collector does not take it for a sign of use. */
  peek(repository: string, digest: BlobDigest): Promise<StoredManifest | undefined>;
  has(repository: string, digest: BlobDigest): Promise<boolean>;
  /** Durable when it returns; visible whole or not at all. */
  write(repository: string, manifest: StoredManifest): Promise<void>;
  /** False when it was not there. Tags that name it are not touched. */
  remove(repository: string, digest: BlobDigest): Promise<boolean>;
  /** Every manifest of a repository, in no order. */
  list(repository: string): Promise<readonly BlobDigest[]>;
  /** What a tag names; absent when there is no such tag. */
  resolve(repository: string, tag: string): Promise<BlobDigest | undefined>;
  /** When a tag was last set, in milliseconds since 1970; absent when there is no such tag. */
  taggedAt(repository: string, tag: string): Promise<number | undefined>;
  /** Lets a tag name a manifest from now on. */
  tag(repository: string, tag: string, digest: BlobDigest): Promise<void>;
  /** False when there was no such tag. */
  untag(repository: string, tag: string): Promise<boolean>;
  /** In ASCII order; absent when there is no such repository. */
  tags(repository: string): Promise<readonly string[] | undefined>;
}

/** The manifests under the directory of a registry. */
export function openManifests(
  root: string,
  parts: { readonly blobs: Blobs; readonly recent: Recent },
): Manifests {
  const { blobs, recent } = parts;
  return {
    read: async (repository, digest) => {
      recent.touch(digest);
      return await readManifest(root, repository, digest);
    },
    peek: async (repository, digest) => await readManifest(root, repository, digest),
    has: async (repository, digest) => (await statOf(manifestLink(root, repository, digest))) !== undefined,
    write: async (repository, manifest) => {
      await blobs.store(manifest.digest, manifest.bytes);
      await writeSmall(manifestLink(root, repository, manifest.digest), `${manifest.mediaType}\n`);
    },
    remove: async (repository, digest) => await removeFile(manifestLink(root, repository, digest)),
    list: async repository => await listManifests(root, repository),
    resolve: async (repository, tag) => {
      const text = (await readSmall(join(tagsPath(root, repository), tag)))?.trim();
      return isBlobDigest(text) ? text : undefined;
    },
    taggedAt: async (repository, tag) => (await statOf(join(tagsPath(root, repository), tag)))?.mtimeMs,
    tag: async (repository, tag, digest) =>
      await writeSmall(join(tagsPath(root, repository), tag), `${digest}\n`),
    untag: async (repository, tag) => await removeFile(join(tagsPath(root, repository), tag)),
    tags: async repository => await listTags(root, repository),
  };
}

async function readManifest(
  root: string,
  repository: string,
  digest: BlobDigest,
): Promise<StoredManifest | undefined> {
  const mediaType = (await readSmall(manifestLink(root, repository, digest)))?.trim();
  if (mediaType === undefined) return undefined;
  const bytes = await readBytes(blobPath(root, digest));
  return bytes === undefined ? undefined : { digest, mediaType, bytes };
}

async function readBytes(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw wrap(`reading ${path}`, error);
  }
}

async function listManifests(root: string, repository: string): Promise<readonly BlobDigest[]> {
  const found: BlobDigest[] = [];
  const directory = join(repositoryPath(root, repository), '_manifests');
  for (const algorithm of await namesIn(directory)) {
    for (const digits of await namesIn(join(directory, algorithm))) {
      const digest = digestFrom(algorithm, digits);
      if (digest !== undefined) found.push(digest);
    }
  }
  return found;
}

async function listTags(root: string, repository: string): Promise<readonly string[] | undefined> {
  const names = await namesIn(tagsPath(root, repository));
  if (names.length > 0) return names.filter(isTag).sort();
  const parts = await namesIn(repositoryPath(root, repository));
  return parts.some(part => part.startsWith('_')) ? [] : undefined;
}
