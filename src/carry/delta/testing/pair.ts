import { join } from 'node:path';
import { SILENT } from '../../../core/progress/index.ts';
import type { StoreContext } from '../../../core/store/index.ts';
import { nameStored, openSource } from '../../../core/store/index.ts';
import { type ImageOptions, putImage } from '../../../core/store/testing/index.ts';
import { type DeltaReport, makeDelta } from '../make/index.ts';

/** Puts two images into the store of a context as `old:1` and `new:1`, and makes the delta between them. */
export async function deltaOf(
  context: StoreContext & { readonly at: string },
  images: { readonly old: ImageOptions; readonly new: ImageOptions },
): Promise<DeltaReport> {
  const { blobs } = context.store;
  await nameStored(context.store, 'old:1', { root: await putImage(blobs, images.old) });
  await nameStored(context.store, 'new:1', { root: await putImage(blobs, images.new) });
  await using old = await openSource('store:old:1', context);
  await using fresh = await openSource('store:new:1', context);
  const path = join(context.at, 'update.delta');
  return await makeDelta({ old, new: fresh, path, context, stage: SILENT.stage('making') });
}

/** Numbers that look random and are the same each time: xorshift. */
export function randomFrom(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
