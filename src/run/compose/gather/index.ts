export { type Files, type Gathered, type GatherOptions, gather } from './gather.ts';
export { absolutePath, isWithin } from './paths.ts';
