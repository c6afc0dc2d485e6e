import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, hexOf, makeDirectories, removeStale } from '../bytes/index.ts';
import { SampanError, wrap } from '../errors/index.ts';
import { type Descriptor, type ImageIndex, normalName } from '../oci/index.ts';
import { attachedBlobs } from './attach.ts';
import { blobDirectory } from './blob-directory.ts';
import { graphOf } from './copy.ts';
import { changeLayoutIndex, entryName, isNamed, readLayoutIndex, withEntry } from './layout.ts';
import type { BlobStore, Cancel, LocalSource } from './port.ts';
import { ATTACHED_TO } from './referrers.ts';

/** Sampan's own store: an OCI layout whose layers are plain tars, and what is remembered about them. */
export interface OwnStore {
  readonly directory: string;
  readonly blobs: BlobStore & LocalSource;
  /** Where the tables of contents are kept. */
  readonly tables: string;
}

/** An image in the store. */
export interface StoredImage {
  readonly name: string;
  readonly root: Descriptor;
}

/** How long a blob that nothing points to is spared by {@link pruneStore}: its image may be on its way. */
const GRACE_MS = 3_600_000;

/**
 * Opens the store in a directory, which need not be there, and removes what killed processes left.
 *
 * @throws SampanError `denied` when the directory cannot be made, `usage` when it is that of a registry.
 */
export async function openStore(directory: string): Promise<OwnStore> {
  await throwIfRegistry(directory);
  const tables = join(directory, 'tables');
  try {
    for (const each of [join(directory, 'blobs', 'sha256'), tables]) makeDirectories(each);
  } catch (error) {
    throw wrap(`opening the store ${directory}`, error);
  }
  for (const each of [directory, tables, join(directory, 'blobs', 'sha256')]) await removeStale(each);
  return { directory, blobs: blobDirectory(directory), tables };
}

/** A registry's collection would remove what is stored here, and pruning the store what was pushed there. */
async function throwIfRegistry(directory: string): Promise<void> {
  if ((await stat(join(directory, 'repositories')).catch(() => undefined)) === undefined) return;
  throw new SampanError('usage', `${directory} is the directory of a registry, not a store`, {
    remedy: 'keep the store elsewhere: XDG_DATA_HOME says where, unless told',
  });
}

async function indexOf(store: OwnStore): Promise<ImageIndex> {
  try {
    return await readLayoutIndex(store.directory);
  } catch (error) {
    if (error instanceof SampanError && error.code === 'not-found')
      return { schemaVersion: 2, manifests: [] };
    throw error;
  }
}

/** All images with a name, sorted by it. */
export async function listStored(store: OwnStore): Promise<readonly StoredImage[]> {
  const { manifests } = await indexOf(store);
  return manifests
    .flatMap(root => {
      const name = entryName(root);
      return name === undefined ? [] : [{ name, root }];
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The image of that name, with `latest` where there is no tag. @throws SampanError `usage` for no name. */
export async function findStored(store: OwnStore, name: string): Promise<Descriptor | undefined> {
  const wanted = normalName(name);
  return (await indexOf(store)).manifests.find(entry => isNamed(entry, wanted));
}

/** Gives a stored image a name, which nothing else has then. */
export async function nameStored(
  store: OwnStore,
  name: string,
  options: Cancel & { readonly root: Descriptor },
): Promise<void> {
  const wanted = normalName(name);
  const change = async (index: ImageIndex): Promise<ImageIndex> => {
    // Somebody may have removed an image just now that shared a layer with this one.
    for (const blob of await graphOf(store.blobs, options.root, options)) {
      if (!(await store.blobs.has(blob.digest))) {
        throw new SampanError('not-found', `${blob.digest} of ${wanted} is no longer in the store`, {
          remedy: 'do it again',
        });
      }
    }
    return withEntry(index, options.root, wanted);
  };
  await changeLayoutIndex(store.directory, change, options);
}

/** Removes a name, and the blobs that only it reached. True when it was there. */
export async function deleteStored(store: OwnStore, name: string, options: Cancel = {}): Promise<boolean> {
  const wanted = normalName(name);
  let gone: readonly Descriptor[] = [];
  const forget = async (index: ImageIndex): Promise<ImageIndex> => {
    const left = index.manifests.filter(entry => !isNamed(entry, wanted));
    const kept = await withoutOrphans(store, left);
    gone = index.manifests.filter(entry => !kept.includes(entry));
    return { ...index, manifests: kept };
  };
  const clean = async (index: ImageIndex): Promise<ImageIndex> => {
    const kept = await reached(store, index.manifests);
    for (const digest of await reached(store, gone)) if (!kept.has(digest)) await drop(store, digest);
    return index;
  };
  // The name first: whoever is killed in between leaves blobs that nobody needs, never a name without its blobs.
  await changeLayoutIndex(store.directory, forget, options);
  if (gone.length > 0) await changeLayoutIndex(store.directory, clean, options);
  return gone.some(entry => isNamed(entry, wanted));
}

/** Signatures and the like go with the last image that they are attached to. */
async function withoutOrphans(
  store: OwnStore,
  entries: readonly Descriptor[],
): Promise<readonly Descriptor[]> {
  const target = (entry: Descriptor): string | undefined => entry.annotations?.[ATTACHED_TO];
  if (!entries.some(entry => target(entry) !== undefined)) return entries;
  const images = entries.filter(entry => target(entry) === undefined);
  const kept = new Set<string>(await reached(store, images));
  return entries.filter(entry => kept.has(target(entry) ?? entry.digest));
}

/** What can still be reached; an image that is not whole does not stop the rest. */
async function reached(store: OwnStore, roots: readonly Descriptor[]): Promise<ReadonlySet<Digest>> {
  const found = new Set<Digest>();
  for (const root of roots) {
    found.add(root.digest);
    const isAttached = root.annotations?.[ATTACHED_TO] !== undefined;
    const graph = await (isAttached ? attachedBlobs : graphOf)(store.blobs, root).catch(() => []);
    for (const blob of graph) found.add(blob.digest);
  }
  return found;
}

async function drop(store: OwnStore, digest: Digest): Promise<void> {
  await store.blobs.delete(digest);
  await rm(join(store.tables, hexOf(digest)), { force: true });
}

/**
 * Removes blobs that no image reaches and that are older than an hour: they may belong to an image that is
 * just being stored.
 *
 * @returns how many bytes that freed.
 */
export async function pruneStore(
  store: OwnStore,
  options: Cancel & { readonly graceMs?: number } = {},
): Promise<number> {
  let freed = 0;
  const before = Date.now() - (options.graceMs ?? GRACE_MS);
  const change = async (index: ImageIndex): Promise<ImageIndex> => {
    const entries = await withoutOrphans(store, index.manifests);
    const kept = await reached(store, entries);
    for await (const digest of store.blobs.list()) {
      const found = await stat(join(store.directory, 'blobs', 'sha256', hexOf(digest))).catch(
        () => undefined,
      );
      if (kept.has(digest) || found === undefined || found.mtimeMs > before) continue;
      freed += found.size;
      await drop(store, digest);
    }
    return { ...index, manifests: entries };
  };
  await changeLayoutIndex(store.directory, change, options);
  return freed;
}
