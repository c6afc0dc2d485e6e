import { copyFile, link, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Content,
  contentStream,
  type Digest,
  fileContent,
  finishDigest,
  groupedSync,
  hexOf,
  isDigest,
  isVerified,
  makeDirectories,
  removeStale,
  startDigest,
  syncDirectory,
  temporaryName,
  throwIfCancelled,
  verified,
  writeThenName,
} from '../bytes/index.ts';
import { SampanError, systemCode, wrap } from '../errors/index.ts';
import type { Descriptor } from '../oci/index.ts';
import { descriptorOf } from './descriptor.ts';
import type { AdoptingStore, BlobStore, Bytes, Cancel, Expected, LocalSource } from './port.ts';

/**
 * The `blobs` of an OCI layout (OCI image spec 1.1, image-layout.md) under `root`. Made when something is
 * put. Several processes may put at once; what a killed process left is removed at the next put. With
 * `durable: false` nothing is synchronised: for drafts, which {@link adoptBlobs} takes over.
 */
export function blobDirectory(root: string, how: Durability = {}): BlobStore & LocalSource & AdoptingStore {
  const directory = join(root, 'blobs', 'sha256');
  const place = {
    ...how,
    directory,
    sync: groupedSync(directory),
  };
  return {
    open: (blob, options) => {
      const { digest, size } = blob;
      return verified(readBlob(directory, blob, options), {
        what: blobPath(directory, digest),
        digest,
        size,
      });
    },
    has: async digest => (await sizeOf(blobPath(directory, digest))) !== undefined,
    put: async (content, expected, options) => await putBlob(place, { content, expected, ...options }),
    list: () => listBlobs(directory),
    delete: async digest => await deleteBlob(directory, digest),
    contentOf: async blob => await contentOf(directory, blob),
    adopt: async (path, blob) => await adopt(place, path, blob),
  };
}

interface Durability {
  readonly durable?: boolean;
}

interface Place extends Durability {
  readonly directory: string;
  /** Makes what has its name now outlive a power cut. */
  readonly sync: () => Promise<void>;
}

type Put = Cancel & { readonly content: Bytes; readonly expected: Expected };

/** Begins to write the blobs of a draft to disk, without waiting for anything else. Idempotent. */
export async function synchroniseBlobs(root: string, digests: readonly Digest[]): Promise<void> {
  const directory = join(root, 'blobs', 'sha256');
  await Promise.all(digests.map(digest => synchroniseFile(blobPath(directory, digest))));
}

/**
 * Takes over blobs of a draft that this process wrote: durable when it returns. They are linked where that is
 * possible, otherwise copied. Idempotent.
 */
export async function adoptBlobs(draft: string, root: string, digests: readonly Digest[]): Promise<void> {
  const [from, to] = [draft, root].map(each => join(each, 'blobs', 'sha256'));
  if (from === undefined || to === undefined) return;
  try {
    makeDirectories(to);
    for (const digest of digests) {
      if ((await sizeOf(blobPath(to, digest))) !== undefined) continue;
      await adoptFile(blobPath(from, digest), to, digest);
    }
    await syncDirectory(to);
  } catch (error) {
    throw wrap(`storing in ${root}`, error);
  }
}

async function synchroniseFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function blobPath(directory: string, digest: Digest): string {
  return join(directory, hexOf(digest));
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw wrap(`looking for ${path}`, error);
  }
}

async function contentOf(directory: string, blob: Descriptor): Promise<Content | undefined> {
  const path = blobPath(directory, blob.digest);
  const size = await sizeOf(path);
  if (size === undefined) return undefined;
  if (size !== blob.size) {
    throw new SampanError('integrity', `${path}: ${size} bytes, wanted ${blob.size}`);
  }
  return fileContent(path, size);
}

async function* readBlob(directory: string, blob: Descriptor, options: Cancel = {}): Bytes {
  const content = await contentOf(directory, blob);
  if (content === undefined) throw new SampanError('not-found', `no blob ${blob.digest} in ${directory}`);
  yield* contentStream(content, options);
}

async function putBlob(place: Place, what: Put): Promise<Descriptor> {
  const { expected, signal } = what;
  throwIfCancelled(signal);
  if (expected.digest !== undefined) {
    const size = await sizeOf(blobPath(place.directory, expected.digest));
    if (size !== undefined && (expected.size === undefined || expected.size === size)) {
      return descriptorOf(expected, { digest: expected.digest, size });
    }
  }
  return await ingest(place, what);
}

async function ingest(place: Place, what: Put): Promise<Descriptor> {
  const { expected, signal } = what;
  const { directory, durable = true } = place;
  await removeStale(directory);
  const hash = startDigest();
  const { size, digest: promised } = expected;
  const isChecked = promised !== undefined && isVerified(what.content, promised);
  const checked = isChecked ? what.content : hashing(what.content, hash);
  let digest = promised;
  const name = (): string => {
    const got = isChecked ? promised : finishDigest(hash);
    if (digest !== undefined && got !== digest) {
      throw new SampanError('integrity', `wanted ${digest}, got ${got}`);
    }
    digest = got;
    return blobPath(directory, got);
  };
  const stream = verified(checked, { what: digest ?? 'blob', size });
  const written = await writeThenName(
    name,
    stream,
    { signal, durable, syncDirectory: place.sync },
    directory,
  );
  if (digest === undefined) throw new SampanError('internal', 'a blob was stored without a digest');
  return descriptorOf(expected, { digest, size: written });
}

async function* hashing(content: Bytes, hash: ReturnType<typeof startDigest>): Bytes {
  for await (const chunk of content) {
    hash.update(chunk);
    yield chunk;
  }
}

async function adopt({ directory, sync }: Place, path: string, blob: Descriptor): Promise<void> {
  try {
    const size = await sizeOf(path);
    if (size !== blob.size) throw new SampanError('integrity', `${path}: ${size} bytes, wanted ${blob.size}`);
    makeDirectories(directory);
    await adoptFile(path, directory, blob.digest);
    await rm(path, { force: true });
    await sync();
  } catch (error) {
    throw wrap(`storing ${blob.digest} in ${directory}`, error);
  }
}

/** Another name for the file where that is possible, otherwise a copy. */
async function adoptFile(path: string, directory: string, digest: Digest): Promise<void> {
  const temporary = join(directory, temporaryName());
  try {
    await link(path, temporary).catch(() => copyFile(path, temporary));
    await synchroniseFile(temporary);
    await rename(temporary, blobPath(directory, digest));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function* listBlobs(directory: string): AsyncIterable<Digest> {
  const names = await readdir(directory).catch(error => {
    if (systemCode(error) === 'ENOENT') return [];
    throw wrap(`listing ${directory}`, error);
  });
  for (const name of names.sort()) {
    const digest = `sha256:${name}`;
    if (isDigest(digest)) yield digest;
  }
}

async function deleteBlob(directory: string, digest: Digest): Promise<void> {
  try {
    await rm(blobPath(directory, digest), { force: true });
    if ((await stat(directory).catch(() => undefined)) !== undefined) await syncDirectory(directory);
  } catch (error) {
    throw wrap(`deleting ${digest}`, error);
  }
}
