export { type LayerCompression, type Recompression, recompress } from './compress.ts';
export {
  type BundledLayer,
  type BundledManifest,
  type Item,
  lookAt,
  type Referrer,
  type Wanted,
} from './item.ts';
export { type BundleOptions, type MadeBundle, makeBundle } from './make.ts';
export { type BundlePlan, type PlannedImage, type PlannedLayer, planBundle } from './plan.ts';
export { type ArchiveImage, headOf, type OpenBundle, openBundle, stemOf } from './read.ts';
export { type ChainedLayer, chained, imagesTarget, inventoryTarget, type Target } from './target.ts';
export { bundleFiles, mainManifest } from './write.ts';
