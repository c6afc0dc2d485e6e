export { isDeltaFile } from './file.ts';
export type { OldLookup } from './old.ts';
export { type OpenDelta, openDelta } from './open.ts';
