export { type LayerNodes, type SlimNodes, slimNodes } from './nodes.ts';
export { type Original, type Rebuilt, rebuild } from './rebuild.ts';
export { checkSpace } from './space.ts';
