export { NO_CACHE, type ScanCache, scanCache } from './cache.ts';
export {
  contentsOf,
  imageKey,
  isLoaded,
  type LoadedImage,
  type LoadedLayer,
  loadImage,
  type UnreadLayer,
} from './load.ts';
