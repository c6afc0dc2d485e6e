import { dirname } from 'node:path';
import { type Compression, deflate, removeStale, writeAtomically } from '../../core/bytes/index.ts';
import type { Progress } from '../../core/progress/index.ts';
import { inStage } from '../../core/progress/index.ts';
import { type Bytes, blobDirectory, type Cancel, workFile, writeArchive } from '../../core/store/index.ts';
import { formatSize } from '../../core/text/index.ts';
import { type ChunkList, countChunks, counting } from '../fetch/index.ts';
import { type LayerCompression, recompress } from './compress.ts';
import type { Item } from './item.ts';
import type { BundlePlan } from './plan.ts';
import { bundleFiles } from './write.ts';

/** How a bundle is written. */
export interface BundleOptions extends Cancel {
  /** The file, absolute. */
  readonly path: string;
  /** Of each layer that is carried; as they are unless told. */
  readonly compression?: LayerCompression | undefined;
  /** Of the file as a whole. */
  readonly whole: Compression;
  readonly level?: number | undefined;
  /** Where compressed layers wait until the file is written. */
  readonly workDirectory: string;
  readonly progress: Progress;
}

/** A bundle that is there. */
export interface MadeBundle {
  readonly items: readonly Item[];
  /** Its size and digest, and those of its chunks. */
  readonly list: ChunkList;
}

/**
 * Writes a bundle whole or not at all. The same images and options give the same bytes (compressed ones with
 * the same version of Node).
 *
 * @throws SampanError `usage` where compression would part an image from its signatures, or what reading throws.
 */
export async function makeBundle(
  items: readonly Item[],
  plan: BundlePlan,
  options: BundleOptions,
): Promise<MadeBundle> {
  const draft = await workFile(options.workDirectory);
  await removeStale(dirname(options.path));
  try {
    const packed = await compressLayers(items, plan, { ...options, draft: draft.path });
    const files = bundleFiles(packed, plan.leftOut, options);
    const counter = countChunks();
    await inStage(options.progress, {
      title: 'Writing the bundle',
      run: async stage => {
        const level = options.level === undefined ? {} : { level: options.level };
        const archive = deflate(writeArchive(files), options.whole, level);
        const shown = watched(archive, bytes => stage.update(formatSize(bytes)));
        await writeAtomically(options.path, counting(shown, counter), options);
      },
    });
    return { items: packed, list: counter.end() };
  } finally {
    await draft[Symbol.asyncDispose]();
  }
}

async function compressLayers(
  items: readonly Item[],
  plan: BundlePlan,
  options: BundleOptions & { readonly draft: string },
): Promise<readonly Item[]> {
  const { compression } = options;
  if (compression === undefined) return items;
  return await inStage(options.progress, {
    title: compression === 'none' ? 'Inflating layers' : 'Compressing layers',
    run: async stage =>
      await recompress(items, plan, {
        ...(options.signal === undefined ? {} : { signal: options.signal }),
        compression,
        level: options.level,
        draft: blobDirectory(options.draft, { durable: false }),
        progress: (done, all) => stage.update(`${done} of ${all} layers`),
      }),
  });
}

async function* watched(stream: Bytes, tell: (bytes: number) => void): Bytes {
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    tell(bytes);
    yield chunk;
  }
}
