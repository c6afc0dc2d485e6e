export { type Collection, type CollectOptions, collectGarbage } from './collect.ts';
export { removeManifest } from './remove.ts';
