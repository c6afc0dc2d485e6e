import type { Digest } from '../../core/bytes/index.ts';
import type { ImageConfig } from '../../core/oci/index.ts';
import { inStage, type Progress } from '../../core/progress/index.ts';
import type { Cancel, LocalLayer, OpenImage } from '../../core/store/index.ts';
import { stackLayers, type Tree } from '../../image/tree/index.ts';
import { formatCount } from '../output/index.ts';

/** An image that is read and stacked. */
export interface LoadedImage {
  /** Of its configuration. */
  readonly id: Digest;
  readonly config: ImageConfig;
  readonly layers: readonly LocalLayer[];
  readonly tree: Tree;
}

/** Reads and stacks an image, as a stage. It holds as long as `image` is open. */
export async function loadImage(
  image: OpenImage,
  options: Cancel & { readonly progress: Progress },
): Promise<LoadedImage> {
  return await inStage(options.progress, {
    title: `Reading ${image.name}`,
    run: async () => {
      const [config, manifest] = await Promise.all([image.image.config(), image.image.manifest()]);
      const layers = await image.localLayers(options);
      return { id: manifest.config.digest, config, layers, tree: stackLayers(layers) };
    },
    summary: ({ tree, layers }) => `${layers.length} layers, ${formatCount(tree.size)} entries`,
  });
}
