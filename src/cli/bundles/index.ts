export { youngCollector } from './collect.ts';
export { FETCH_OPTIONS, type FetchValues, fetchTo, fileNameOf, isUrl } from './fetch-options.ts';
export { withFetched } from './fetched.ts';
export { type Gathered, type Gathering, gather } from './gather.ts';
export { loadPlanJson, loadSummary } from './load-print.ts';
export { type ChosenPlace, choosePlace } from './places.ts';
export { bundlePlanJson, printBundlePlan } from './plan-print.ts';
export { openTargetFor } from './targets.ts';
