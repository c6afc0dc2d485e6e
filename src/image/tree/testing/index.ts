export { type LayerEntry, layerOf, tellTree } from './layers.ts';
