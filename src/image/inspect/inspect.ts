import type { Cancel, OpenImage } from '../../core/store/index.ts';
import { imageKey, loadImage, type ScanCache } from './load/index.ts';
import type { Studied } from './study.ts';
import type { Inspection } from './types.ts';

/** An inspection, and what it stands on, until it is disposed of. */
export interface Inspected extends Studied, Disposable {}

/** What was said of this very image the last time, if it is remembered. */
export async function rememberedInspection(
  image: OpenImage,
  cache: ScanCache,
): Promise<Inspection | undefined> {
  const remembered = await cache.readReport(await imageKey(image));
  return remembered === undefined ? undefined : { ...remembered, image: image.name };
}

/**
 * Tells where the bytes of an image are, which of them are waste, and what to do about it. Nothing is run or unpacked.
 *
 * @throws SampanError what reading the image throws: `unsupported` for one that is not for Linux, `not-found` for a
 * layer that is missing, `invalid`, `integrity`, `limit`.
 */
export async function inspectImage(
  image: OpenImage,
  options: Cancel & { readonly cache: ScanCache },
): Promise<Inspected> {
  // Loaded here: a second look does without all that knows packages and programs.
  const [loaded, { study }] = await Promise.all([loadImage(image, options), import('./study.ts')]);
  try {
    const studied = await study(image, loaded);
    await options.cache.writeReport(await imageKey(image), studied.inspection);
    return { ...studied, [Symbol.dispose]: () => loaded[Symbol.dispose]() };
  } catch (error) {
    loaded[Symbol.dispose]();
    throw error;
  }
}
