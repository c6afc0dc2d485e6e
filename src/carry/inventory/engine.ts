import { statfs } from 'node:fs/promises';
import { type Digest, isDigest } from '../../core/bytes/index.ts';
import { type Docker, engineInfo, inspectImage, listImages } from '../../core/docker/index.ts';
import { isSampanError } from '../../core/errors/index.ts';
import { formatPlatform } from '../../core/oci/index.ts';
import { type Cancel, chainIds, eachAtOnce } from '../../core/store/index.ts';
import type { LayeredImage } from './layers.ts';
import type { InventoryEngine } from './types.ts';

const AT_ONCE = 4;

/** Every image that an engine holds, sorted by ID. One that goes meanwhile is left out. */
export async function engineImages(docker: Docker, options: Cancel = {}): Promise<readonly LayeredImage[]> {
  const found: LayeredImage[] = [];
  await eachAtOnce(await listImages(docker, options), AT_ONCE, async ({ id, tags }) => {
    const details = await inspectImage(docker, id, options).catch(error => {
      if (isSampanError(error, 'not-found')) return undefined;
      throw error;
    });
    if (details === undefined || !isDigest(details.id)) return;
    const diffIds = details.diffIds.filter(isDigest);
    // An engine that does not tell all layers of an image tells nothing about their chain.
    if (diffIds.length !== details.diffIds.length) return;
    const platform = formatPlatform(details);
    found.push({ place: 'engine', names: [...tags].sort(), id: details.id, platform, diffIds });
  });
  return found.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The chain ID of every layer of these images (OCI image spec 1.1, config.md, "Layer ChainID"). */
export function chainsOf(images: readonly Pick<LayeredImage, 'diffIds'>[]): ReadonlySet<Digest> {
  return new Set(images.flatMap(image => chainIds(image.diffIds)));
}

/** What an engine is, as an inventory says it. */
export async function describeEngine(docker: Docker, options: Cancel = {}): Promise<InventoryEngine> {
  const info = await engineInfo(docker, options);
  const freeBytes = await freeBytesOf(info.dataDirectory);
  return {
    kind: docker.kind,
    version: docker.serverVersion,
    driver: info.storageDriver,
    partial: docker.kind === 'docker' && !info.containerdStore,
    ...(freeBytes === undefined ? {} : { freeBytes }),
  };
}

/** Bytes that this user may still write where a path is; absent when it cannot be seen. */
export async function freeBytesOf(path: string): Promise<number | undefined> {
  if (path === '') return undefined;
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
