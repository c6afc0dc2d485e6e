export { formatEvidence, mergeEvidence, parseEvidence } from './file.ts';
export type { Evidence } from './types.ts';
