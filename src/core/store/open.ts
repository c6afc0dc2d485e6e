import { existsSync } from 'node:fs';
import { isSampanError, SampanError } from '../errors/index.ts';
import { type Descriptor, formatPlatform, type Platform, platformFit } from '../oci/index.ts';
import { findInDaemon } from './daemon.ts';
import { imageFrom, resolveImage } from './image.ts';
import { readLayoutIndex } from './layout.ts';
import { localLayers } from './local.ts';
import { type ImageName, parseImageName } from './names.ts';
import type { Found, OpenImage, StoreContext } from './opened.ts';
import { findStored } from './own-store.ts';
import { findAtPath, findInArchive, findInLayout, findRootfs } from './places.ts';
import type { LocalLayer } from './port.ts';
import { withReferrers } from './referrers.ts';

/**
 * Finds the image that a person names, and chooses the platform.
 *
 * @throws SampanError `usage`, `not-found`, `unsupported`, `unavailable`, or what reading throws.
 */
export async function openSource(name: string, context: StoreContext): Promise<OpenImage> {
  const found = await find(parseImageName(name), context);
  try {
    return await opened(found, context);
  } catch (error) {
    await found.dispose?.();
    throw error;
  }
}

async function find(name: ImageName, context: StoreContext): Promise<Found> {
  switch (name.transport) {
    case 'store':
      return await findInStore(name.name, context);
    case 'docker-daemon':
      return await findInDaemon(name.name, context);
    case 'docker-archive':
    case 'oci-archive':
      return await findInArchive(name, context, name.transport);
    case 'oci':
      return await findInLayout(name);
    case 'dir':
      return await findRootfs(name, context);
    case 'path':
      return await findAtPath(name, context);
    case 'docker':
      if (context.registries !== undefined) return await context.registries.find(name.name, context);
      throw new SampanError('unsupported', `docker://${name.name}: registries are not read here`, {
        remedy: `pull it with docker or skopeo first, then name it as docker-daemon:${name.name}`,
      });
    case 'any':
      return await findAnywhere(name.name, context);
  }
}

async function findInStore(name: string, context: StoreContext): Promise<Found> {
  const root = await findStored(context.store, name);
  if (root === undefined) throw new SampanError('not-found', `no image ${name} in the store`);
  const entries = async (): Promise<readonly Descriptor[]> =>
    (await readLayoutIndex(context.store.directory)).manifests;
  const source = withReferrers(context.store.blobs, entries);
  return { name: `store:${name}`, reference: name, source, root };
}

async function findAnywhere(name: string, context: StoreContext): Promise<Found> {
  const stored = await findInStore(name, context).catch(error => {
    if (isSampanError(error, 'not-found') || isSampanError(error, 'usage')) return undefined;
    throw error;
  });
  if (stored !== undefined) return stored;
  try {
    return await findInDaemon(name, context);
  } catch (error) {
    if (!isSampanError(error, 'not-found') && !isSampanError(error, 'unavailable')) throw error;
    const path = existsSync(name) ? `name the file or directory as ./${name}` : undefined;
    const remedy = path ?? error.remedy;
    throw new SampanError(error.code, `${name}: not in the store, and ${error.message}`, {
      cause: error,
      ...(remedy === undefined ? {} : { remedy }),
    });
  }
}

function checkPlatform(name: string, have: Platform, want: Platform): void {
  if (platformFit(have, want) > 0) return;
  throw new SampanError(
    'not-found',
    `${name} is for ${formatPlatform(have)}, not for ${formatPlatform(want)}`,
    {
      remedy: 'leave out --platform, or name an image that has this platform',
    },
  );
}

async function opened(found: Found, context: StoreContext): Promise<OpenImage> {
  const { name, reference, source, root } = found;
  const descriptor = await resolveImage(source, root, { what: name, wanted: context.platform });
  const image = imageFrom(source, descriptor);
  // An index was chosen from; an image alone is what it is.
  if (context.platform !== undefined) checkPlatform(name, await image.config(), context.platform);
  let layers: Promise<readonly LocalLayer[]> | undefined;
  return {
    name,
    reference,
    source,
    root,
    image,
    localLayers: options => {
      layers ??= localLayers(image, source, { ...context, ...options });
      return layers;
    },
    [Symbol.asyncDispose]: async () => await found.dispose?.(),
  };
}
