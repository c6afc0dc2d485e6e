import { imageFrom, localLayers, type OpenImage, type StoreContext } from '../../../core/store/index.ts';
import {
  type Ending,
  type ImageOptions,
  putImage,
  type TestEntry,
  tarOf,
  testContext,
} from '../../../core/store/testing/index.ts';
import { type Inspected, inspectImage } from '../inspect.ts';
import { NO_CACHE } from '../load/index.ts';

/** What is special about an image of a test. */
export type TestImage = Omit<ImageOptions, 'layers'> & { readonly layers: readonly (readonly TestEntry[])[] };

/** Opens an image that is made of these entries; it is gone after the test. */
export async function openTestImage(t: Ending, image: TestImage): Promise<OpenImage> {
  const context: StoreContext = await testContext(t);
  const root = await putImage(context.store.blobs, { ...image, layers: image.layers.map(tarOf) });
  const opened = imageFrom(context.store.blobs, root);
  return {
    name: 'store:test:1',
    reference: 'test:1',
    source: context.store.blobs,
    root,
    image: opened,
    localLayers: options => localLayers(opened, context.store.blobs, { store: context.store, ...options }),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** Inspects an image that is made of these entries. */
export async function inspectTestImage(t: Ending, image: TestImage): Promise<Inspected> {
  const opened = await openTestImage(t, image);
  const inspected = await inspectImage(opened, { cache: NO_CACHE });
  t.after(() => inspected[Symbol.dispose]());
  return inspected;
}

/** The history of an image whose layers were made by these instructions. */
export function historyOf(...instructions: readonly string[]): object {
  return { history: instructions.map(created_by => ({ created_by })) };
}
