import type { Context } from '../context/index.ts';
import type { ImageBringer, ImageValues } from './bringing.ts';

/**
 * Makes a bringer for a project. Stores, registries and policies are loaded when it is first asked: a project that is
 * right needs none of them.
 */
export function imageBringer(context: Context, directory: string, values: ImageValues): ImageBringer {
  let opened: Promise<ImageBringer> | undefined;
  const bringer = (): Promise<ImageBringer> =>
    (opened ??= import('./images.ts').then(({ openBringer }) => openBringer(context, directory, values)));
  return {
    bring: async image => await (await bringer()).bring(image),
    admit: async reference => await (await bringer()).admit(reference),
  };
}
