export { type Loading, loadBundle } from './load.ts';
export { imagesInEngine, type LoadSurroundings, planLoad } from './plan.ts';
export type { LayerState, LoadImage, LoadPlace, LoadPlan, NeededLayer } from './types.ts';
