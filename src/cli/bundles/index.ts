export { type Gathered, type Gathering, gather } from './gather.ts';
export { loadPlanJson, loadSummary } from './load-print.ts';
export { type ChosenPlace, choosePlace } from './places.ts';
export { bundlePlanJson, planSummary, printBundlePlan } from './plan-print.ts';
export { openTargetFor } from './targets.ts';
