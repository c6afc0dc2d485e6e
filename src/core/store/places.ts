import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { detectCompression } from '../bytes/index.ts';
import { SampanError, wrap } from '../errors/index.ts';
import { hostPlatform } from '../oci/index.ts';
import { type ArchiveFiles, openArchive } from './archive-files.ts';
import { blobDirectory } from './blob-directory.ts';
import { archivedBlobs, archivedImages, chooseArchived } from './docker-archive.ts';
import { chooseEntry, entryName, isSameName, readLayoutIndex } from './layout.ts';
import { isBundle, ociArchiveBlobs, ociArchiveIndex } from './oci-archive.ts';
import type { Found, StoreContext } from './opened.ts';
import { withReferrers } from './referrers.ts';
import { openRootfs } from './rootfs.ts';
import { spool, type WorkFile } from './work-file.ts';

/** A path, and which of the images there is meant. */
export interface Place {
  readonly path: string;
  readonly reference?: string | undefined;
}

/** An image in an OCI layout directory. */
export async function findInLayout(place: Place): Promise<Found> {
  const path = resolve(place.path);
  const index = await readLayoutIndex(path);
  const root = chooseEntry(index, { what: `oci:${place.path}`, reference: place.reference });
  return {
    name: nameOf('oci', place),
    reference: entryName(root),
    source: withReferrers(blobDirectory(path), async () => index.manifests),
    root,
  };
}

/** A directory as an image. */
export async function findRootfs(place: Place, context: StoreContext): Promise<Found> {
  const platform = context.platform ?? hostPlatform();
  const opened = await openRootfs(resolve(place.path), { ...context, platform });
  return { ...opened, name: `dir:${place.path}`, reference: undefined };
}

/** An image in an archive, of the kind that is named or that its files show. */
export async function findInArchive(
  place: Place,
  context: StoreContext,
  kind?: 'docker-archive' | 'oci-archive',
): Promise<Found> {
  const { archive, dispose } = await openAnyArchive(place.path, context);
  try {
    const found = await findInFiles(archive, { ...place, ...context }, kind ?? kindOfArchive(archive, place));
    return { ...found, ...(dispose === undefined ? {} : { dispose }) };
  } catch (error) {
    await dispose?.();
    throw wrap(`reading ${place.path}`, error);
  }
}

function kindOfArchive(archive: ArchiveFiles, place: Place): 'docker-archive' | 'oci-archive' {
  if (isBundle(archive)) return 'oci-archive';
  if (archive.find('manifest.json') !== undefined) return 'docker-archive';
  if (archive.find('index.json') !== undefined) return 'oci-archive';
  throw new SampanError('unsupported', `${place.path}: neither a Docker archive nor an OCI archive`, {
    remedy: 'unpack a bare root file system and name it as dir:DIRECTORY',
  });
}

async function findInFiles(
  archive: ArchiveFiles,
  place: Place & StoreContext,
  kind: 'docker-archive' | 'oci-archive',
): Promise<Found> {
  const choice = { what: `${kind}:${place.path}`, reference: place.reference };
  const name = nameOf(kind, place);
  if (kind === 'oci-archive') {
    const index = ociArchiveIndex(archive);
    const root = chooseEntry(index, choice);
    const source = withReferrers(ociArchiveBlobs(archive), async () => index.manifests);
    return { name, reference: entryName(root), source, root };
  }
  const image = chooseArchived(archivedImages(archive), choice);
  const wanted = place.reference ?? '';
  const reference = image.tags.find(tag => isSameName(tag, wanted)) ?? image.tags[0];
  return { name, reference, ...(await archivedBlobs(archive, image, place)) };
}

function nameOf(kind: string, place: Place): string {
  return `${kind}:${place.path}${place.reference === undefined ? '' : `:${place.reference}`}`;
}

/** A compressed archive is inflated into the work directory first. */
async function openAnyArchive(
  path: string,
  context: StoreContext,
): Promise<{ readonly archive: ArchiveFiles; readonly dispose?: () => Promise<void> }> {
  const inflated = await inflatedArchive(path, context).catch(error => {
    throw wrap(`reading ${path}`, error);
  });
  if (inflated === undefined) return { archive: await openArchive(resolve(path)) };
  const dispose = async (): Promise<void> => await inflated[Symbol.asyncDispose]();
  try {
    return { archive: await openArchive(inflated.path), dispose };
  } catch (error) {
    await dispose();
    throw wrap(`reading ${path}`, error);
  }
}

/** Absent for one that is not compressed. */
async function inflatedArchive(path: string, context: StoreContext): Promise<WorkFile | undefined> {
  if (detectCompression(await headOf(path)) === 'none') return undefined;
  return await spool(context.workDirectory, createReadStream(path), context);
}

async function headOf(path: string): Promise<Uint8Array> {
  await using file = await open(path, 'r');
  if (!(await file.stat()).isFile()) throw new SampanError('usage', 'not a file');
  const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
  return buffer.subarray(0, bytesRead);
}

/** An image at a path, whatever it is: an archive, an OCI layout, or a root file system. */
export async function findAtPath(place: Place, context: StoreContext): Promise<Found> {
  const { path } = place;
  const found = await stat(path).catch(error => {
    throw wrap(`reading ${path}`, error);
  });
  if (!found.isDirectory()) return await findInArchive(place, context);
  const isLayout = (await stat(`${path}/index.json`).catch(() => undefined)) !== undefined;
  return isLayout ? await findInLayout(place) : await findRootfs(place, context);
}
