import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Digest, hexOf } from '../../../core/bytes/index.ts';
import { type Docker, saveImages } from '../../../core/docker/index.ts';
import { SampanError, wrap } from '../../../core/errors/index.ts';
import {
  archivedBlobs,
  archivedImages,
  openArchive,
  type StoreContext,
  workFile,
} from '../../../core/store/index.ts';
import { type ByteSpace, contentSpace } from '../bytes/index.ts';
import type { DeltaLayer } from '../format/index.ts';

/** Layers that an engine saved to a temporary file. */
export interface SavedSpaces extends AsyncDisposable {
  readonly spaces: ReadonlyMap<Digest, ByteSpace>;
}

/** Lets the engine save an image, and reads its layers there. For engines whose own files cannot be read. */
export async function savedSpaces(
  image: { readonly id: string; readonly needed: readonly DeltaLayer[]; readonly docker: Docker },
  context: StoreContext,
): Promise<SavedSpaces> {
  const work = await workFile(context.workDirectory);
  const open: ByteSpace[] = [];
  const dispose = async (): Promise<void> => {
    for (const space of open) space[Symbol.dispose]();
    await work[Symbol.asyncDispose]();
  };
  try {
    const path = join(work.path, 'saved.tar');
    await mkdir(work.path);
    await pipeline(Readable.from(saveImages(image.docker, [image.id], context)), createWriteStream(path));
    const archive = await openArchive(path);
    const [chosen] = archivedImages(archive);
    if (chosen === undefined) throw new SampanError('invalid', 'the engine saved no image');
    const { source } = await archivedBlobs(archive, chosen, context);
    const spaces = new Map<Digest, ByteSpace>();
    for (const { diffId, size } of image.needed) {
      const content = await source.contentOf({ mediaType: '', digest: diffId, size });
      if (content === undefined)
        throw new SampanError('unsupported', `the engine saves ${hexOf(diffId)} compressed`);
      const space = contentSpace(content);
      open.push(space);
      spaces.set(diffId, space);
    }
    return { spaces, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw wrap(`saving ${image.id}`, error);
  }
}
