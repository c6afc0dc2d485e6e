import { type Digest, isDigest } from '../../core/bytes/index.ts';
import { inspectImage } from '../../core/docker/index.ts';
import { isSampanError, SampanError } from '../../core/errors/index.ts';
import { findStored, imageFrom, openSource, parseImageName } from '../../core/store/index.ts';
import type { PlanRecord } from '../../image/slim/index.ts';
import { readReport } from './reports.ts';
import type { Toolbox } from './toolbox.ts';

/**
 * Why each path of an image was kept or dropped; `name` is that of the original or of the slim image. The store is
 * asked first, then the local engine for the image's number; only then is the image opened.
 *
 * @throws SampanError `not-found` when there is no such image, or it was not slimmed here.
 */
export async function recordOf(name: string, toolbox: Toolbox): Promise<PlanRecord> {
  const { reports } = toolbox.places;
  const quick = [...(await storedDigests(name, toolbox)), ...(await engineDigests(name, toolbox))];
  try {
    return readReport(reports, quick);
  } catch (error) {
    if (!isSampanError(error, 'not-found')) throw error;
  }
  await using opened = await openSource(name, toolbox.images);
  const { config } = await opened.image.manifest();
  try {
    return readReport(reports, [opened.image.descriptor.digest, config.digest]);
  } catch (error) {
    if (!isSampanError(error, 'not-found')) throw error;
    throw new SampanError('not-found', `${opened.name} was not slimmed here`, {
      remedy: `slim it first: sampan slim ${name}; then either image may be named`,
    });
  }
}

async function storedDigests(text: string, { store }: Toolbox): Promise<readonly Digest[]> {
  const name = parseImageName(text);
  if (name.transport !== 'store' && name.transport !== 'any') return [];
  try {
    const root = await findStored(store, name.name);
    if (root === undefined) return [];
    const { config } = await imageFrom(store.blobs, root).manifest();
    return [root.digest, config.digest];
  } catch {
    // An index, or an image that is not whole: opening it says more.
    return [];
  }
}

async function engineDigests(text: string, { images }: Toolbox): Promise<readonly Digest[]> {
  const name = parseImageName(text);
  if (name.transport !== 'docker-daemon' && name.transport !== 'any') return [];
  try {
    const { id } = await inspectImage(await images.docker(), name.name);
    return isDigest(id) ? [id] : [];
  } catch {
    // No engine, or no such image there: opening it says so.
    return [];
  }
}
