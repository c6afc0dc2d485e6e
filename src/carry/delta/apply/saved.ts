import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Digest,
  fileContent,
  finishDigest,
  hexOf,
  inflate,
  startDigest,
  throwIfCancelled,
} from '../../../core/bytes/index.ts';
import { type Docker, saveImages } from '../../../core/docker/index.ts';
import { isSampanError, SampanError, wrap } from '../../../core/errors/index.ts';
import { type StoreContext, workFile } from '../../../core/store/index.ts';
import { TarReader } from '../../../core/tar/index.ts';
import { formatSize } from '../../../core/text/index.ts';
import { freeBytesOf } from '../../inventory/index.ts';
import { type ByteSpace, contentSpace } from '../bytes/index.ts';
import type { DeltaLayer } from '../format/index.ts';
import { LayerFile, LayerFilter } from './layer-filter.ts';

/** Layers that an engine saved to temporary files. */
export interface SavedSpaces extends AsyncDisposable {
  readonly spaces: ReadonlyMap<Digest, ByteSpace>;
}

/** What to save, and from where. */
export interface Saving {
  readonly id: string;
  readonly needed: readonly DeltaLayer[];
  readonly docker: Docker;
  /** Told before anything is written, for people. */
  readonly tell?: ((text: string) => void) | undefined;
}

/**
 * Lets the engine save an image, and keeps the needed layers of it in temporary files, as plain tars: for
 * engines whose own files cannot be read. Of what else is saved nothing is written.
 *
 * @throws SampanError `no-space` before it begins, `not-found` when the engine does not save what it should.
 */
export async function savedSpaces(saving: Saving, context: StoreContext): Promise<SavedSpaces> {
  const work = await workFile(context.workDirectory);
  const open: ByteSpace[] = [];
  const dispose = async (): Promise<void> => {
    for (const space of open) space[Symbol.dispose]();
    await work[Symbol.asyncDispose]();
  };
  try {
    await mkdir(work.path);
    await checkRoom(saving, context.workDirectory);
    await keepNeeded(saving, work.path, context);
    const spaces = new Map<Digest, ByteSpace>();
    for (const { diffId, size } of saving.needed) {
      const space = contentSpace(fileContent(join(work.path, hexOf(diffId)), size));
      open.push(space);
      spaces.set(diffId, space);
    }
    return { spaces, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw isSampanError(error) ? error : wrap(`saving ${saving.id}`, error);
  }
}

async function checkRoom({ needed, tell }: Saving, directory: string): Promise<void> {
  const bytes = needed.reduce((sum, layer) => sum + layer.size, 0);
  const free = await freeBytesOf(directory);
  const place = `in ${directory}${free === undefined ? '' : `, ${formatSize(free)} are free`}`;
  const what = `the engine's own files cannot be read: it saves layers of the old image, ${formatSize(bytes)}`;
  if (free !== undefined && free < bytes) {
    throw new SampanError('no-space', `${what} ${place}`, {
      remedy: 'free some space there, or run as a user who may read the files of the engine',
    });
  }
  tell?.(`${what} ${place}`);
}

async function keepNeeded(saving: Saving, directory: string, context: StoreContext): Promise<void> {
  const left = new Map(saving.needed.map(layer => [layer.diffId, layer]));
  const filter = new LayerFilter(directory, new Set(saving.needed.map(layer => layer.size)));
  try {
    const reader = new TarReader(filter);
    for await (const chunk of saveImages(saving.docker, [saving.id], context)) {
      throwIfCancelled(context.signal);
      reader.write(chunk);
      for (const file of filter.take()) await settle(file, left, directory);
    }
    reader.end();
    filter.end();
    for (const file of filter.take()) await settle(file, left, directory);
  } finally {
    filter.close();
  }
  const [missing] = left.keys();
  if (missing === undefined) return;
  throw new SampanError('not-found', `the engine saved ${saving.id} without its layer ${missing}`, {
    remedy: 'copy the old image to the store first: sampan copy docker-daemon:NAME store:',
  });
}

/** Gives a file its layer's name, or removes it. */
async function settle(file: LayerFile, left: Map<Digest, DeltaLayer>, directory: string): Promise<void> {
  const plain = file.isPacked ? await inflated(file, left) : file;
  if (plain !== undefined && left.delete(plain.digest)) {
    await rename(plain.path, join(directory, hexOf(plain.digest)));
  } else if (plain !== undefined) await rm(plain.path);
  if (file.isPacked) await rm(file.path);
}

/** Absent for what is larger than all that is needed. */
async function inflated(
  file: LayerFile,
  left: ReadonlyMap<Digest, DeltaLayer>,
): Promise<Pick<LayerFile, 'path' | 'digest'> | undefined> {
  const maxBytes = Math.max(0, ...[...left.values()].map(layer => layer.size));
  const plain = new LayerFile(`${file.path}.plain`);
  const hash = startDigest();
  try {
    for await (const chunk of inflate(file.read(), { maxBytes })) {
      plain.write(chunk);
      hash.update(chunk);
    }
    return { path: plain.path, digest: finishDigest(hash) };
  } catch (error) {
    await rm(plain.path, { force: true });
    if (isSampanError(error, 'limit') || isSampanError(error, 'invalid')) return undefined;
    throw error;
  } finally {
    plain.close();
  }
}
