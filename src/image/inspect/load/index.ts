export { NO_CACHE, type ScanCache, scanCache } from './cache.ts';
export { isLoaded, type LoadedLayer, type UnreadLayer } from './layer.ts';
export { contentsOf, imageKey, type LoadedImage, loadImage } from './load.ts';
