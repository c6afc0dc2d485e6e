export { HOSTILE_NAMES, samplePageData } from './sample.ts';
