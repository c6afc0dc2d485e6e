export { type Collection, type CollectOptions, collectGarbage } from './collect.ts';
export { blobsOf, knownManifests } from './reach.ts';
export { removeManifest } from './remove.ts';
