export { globs } from './glob.ts';
export { planSlim } from './plan.ts';
export type { Drop, LayerGroup, Level, PlanInput, Reason, ReasonKind, SlimPlan } from './types.ts';
