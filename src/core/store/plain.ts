import { type Descriptor, MEDIA } from '../oci/index.ts';
import { blobDirectory } from './blob-directory.ts';
import { imageFrom } from './image.ts';
import { importPlain } from './import.ts';
import type { BlobSource, Cancel } from './port.ts';
import { workFile } from './work-file.ts';

/** An image whose layers are plain tars. Disposing it removes what was inflated for it. */
export interface PlainImage extends AsyncDisposable {
  readonly source: BlobSource;
  readonly root: Descriptor;
}

const PLAIN: ReadonlySet<string> = new Set([MEDIA.layer, MEDIA.dockerLayer]);

/** The image itself when its layers are plain already, otherwise a copy in the work directory. */
export async function plainCopy(
  source: BlobSource,
  root: Descriptor,
  options: Cancel & { readonly workDirectory: string },
): Promise<PlainImage> {
  const { layers } = await imageFrom(source, root).manifest();
  if (layers.every(layer => PLAIN.has(layer.mediaType))) {
    return { source, root, [Symbol.asyncDispose]: async () => undefined };
  }
  const work = await workFile(options.workDirectory);
  try {
    const copied = blobDirectory(work.path);
    const plainRoot = await importPlain(source, copied, root, options);
    return { source: copied, root: plainRoot, [Symbol.asyncDispose]: () => work[Symbol.asyncDispose]() };
  } catch (error) {
    await work[Symbol.asyncDispose]();
    throw error;
  }
}
