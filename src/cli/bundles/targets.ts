import { open } from 'node:fs/promises';
import { imagesTarget, inventoryTarget, openBundle, type Target } from '../../carry/bundle/index.ts';
import { MAX_INVENTORY_BYTES, parseInventory } from '../../carry/inventory/index.ts';
import type { Digest } from '../../core/bytes/index.ts';
import { SampanError, systemCode, wrap } from '../../core/errors/index.ts';
import { isAttestation, isManifestType } from '../../core/oci/index.ts';
import { graphOf, imageFrom, openSource, type StoreContext } from '../../core/store/index.ts';

/**
 * What a device is known to have: by an inventory of it, by an archive that it was given, or by an image.
 *
 * @throws SampanError `not-found` when it is none of these, or what reading it throws.
 */
export async function openTargetFor(name: string, context: StoreContext): Promise<Target> {
  const kind = await kindOfFile(name);
  if (kind === 'inventory') return inventoryTarget(parseInventory(await readText(name), name), name);
  if (kind === 'archive') return await archiveTarget(name, context);
  await using image = await openSource(name, context);
  return imagesTarget([(await image.image.config()).rootfs.diff_ids], name);
}

/** Absent for what is no file: the name of an image. */
async function kindOfFile(name: string): Promise<'inventory' | 'archive' | undefined> {
  try {
    await using file = await open(name, 'r');
    if (!(await file.stat()).isFile()) return undefined;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return /^\s*\{/.test(buffer.toString('latin1', 0, bytesRead)) ? 'inventory' : 'archive';
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw wrap(`reading ${name}`, error);
  }
}

async function readText(path: string): Promise<string> {
  await using file = await open(path, 'r');
  const { size } = await file.stat();
  if (size > MAX_INVENTORY_BYTES) throw new SampanError('limit', `${path}: ${size} bytes`);
  return await file.readFile('utf8');
}

async function archiveTarget(name: string, context: StoreContext): Promise<Target> {
  await using bundle = await openBundle(name, context);
  const all: (readonly Digest[])[] = [];
  for (const { root } of bundle.images) {
    const graph = await graphOf(bundle.source, root, context);
    for (const blob of graph) {
      if (!isManifestType(blob.mediaType) || isAttestation(blob)) continue;
      all.push((await imageFrom(bundle.source, blob).config()).rootfs.diff_ids);
    }
  }
  return imagesTarget(all, name);
}
