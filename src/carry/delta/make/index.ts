export { type DeltaReport, type DeltaRequest, makeDelta } from './make.ts';
