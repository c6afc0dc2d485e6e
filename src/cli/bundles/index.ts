export { type Gathered, type Gathering, gather } from './gather.ts';
export { bundlePlanJson, planSummary, printBundlePlan } from './plan-print.ts';
export { openTargetFor } from './targets.ts';
