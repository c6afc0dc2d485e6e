export { type Evidence, formatEvidence, mergeEvidence, parseEvidence } from './evidence/index.ts';
export type { Figures } from './figures.ts';
export { type Observation, type Observed, type ObserveOptions, observe } from './observe.ts';
export type { Drop, Level, Reason, SlimPlan } from './plan/index.ts';
export { globs, planSlim } from './plan/index.ts';
export type { Candidate, Prover, RunOptions, Verdict } from './prover.ts';
export { chainOf, formatPlan, type PlanRecord, parsePlan } from './record.ts';
export { type Preview, previewSlim, slim } from './slim.ts';
export type { Attempt, SlimRequest, SlimResult, SlimTools } from './types.ts';
