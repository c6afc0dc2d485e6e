export { type Change, changesOf } from './changes.ts';
export { type WatchOptions, watchDevices } from './watch.ts';
