import { isDigest } from '../bytes/index.ts';
import { type Docker, engineInfo, inspectImage, saveImages } from '../docker/index.ts';
import { isSampanError, SampanError } from '../errors/index.ts';
import { openArchive } from './archive-files.ts';
import { archivedBlobs, archivedImages, chooseArchived } from './docker-archive.ts';
import type { Found, StoreContext } from './opened.ts';
import { type OverlayImage, openOverlayImage } from './overlay.ts';
import { spool } from './work-file.ts';

/**
 * An image of the local engine. Where Docker keeps it in an overlay2 directory that may be read, it is read
 * there, without copying; otherwise the engine saves it to a temporary file.
 *
 * @throws SampanError `not-found`, `unavailable`, `denied`.
 */
export async function findInDaemon(name: string, context: StoreContext): Promise<Found> {
  const docker = await context.docker();
  const details = await inspectImage(docker, name, context).catch(error => {
    if (!isSampanError(error, 'not-found')) throw error;
    throw new SampanError('not-found', `no image ${name} in the local engine`, {
      cause: error,
      remedy: `pull it first (docker pull ${name}), or name a file`,
    });
  });
  const reference = details.tags.includes(name) ? name : details.tags[0];
  const found = { name: `docker-daemon:${name}`, reference };
  const direct = await openDirectly(docker, details.id, context);
  return direct === undefined
    ? { ...found, ...(await save(docker, name, context)) }
    : { ...found, ...direct };
}

/** Absent when this engine's data is not on this machine, not readable, or of another kind. */
async function openDirectly(
  docker: Docker,
  imageId: string,
  context: StoreContext,
): Promise<OverlayImage | undefined> {
  if (docker.kind !== 'docker' || !isDigest(imageId)) return undefined;
  const info = await engineInfo(docker, context);
  if (info.storageDriver !== 'overlay2' || info.containerdStore || info.dataDirectory === '')
    return undefined;
  try {
    return await openOverlayImage(info.dataDirectory, imageId);
  } catch (error) {
    if (isSampanError(error, 'cancelled')) throw error;
    return undefined;
  }
}

async function save(
  docker: Docker,
  name: string,
  context: StoreContext,
): Promise<Pick<Found, 'source' | 'root' | 'dispose'>> {
  const file = await spool(context.workDirectory, saveImages(docker, [name], context), context);
  const dispose = async (): Promise<void> => await file[Symbol.asyncDispose]();
  try {
    const archive = await openArchive(file.path);
    const image = chooseArchived(archivedImages(archive), { what: name });
    return { ...(await archivedBlobs(archive, image, context)), dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
