export type { Footprint } from './footprints.ts';
export { provideRoot, type RootFileSystem, type RootPlace } from './provide.ts';
export { unpack } from './unpack.ts';
