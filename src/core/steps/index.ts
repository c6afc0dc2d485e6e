export { atOnce, inSlices, type Steps } from './steps.ts';
