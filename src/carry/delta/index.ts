export { isDeltaFile, type OldLookup, type OpenDelta, openDelta } from './apply/index.ts';
export { type DeltaHeader, isDelta } from './format/index.ts';
export { type DeltaReport, type DeltaRequest, makeDelta } from './make/index.ts';
