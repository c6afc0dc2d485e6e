export { explainDropped } from './dropped.ts';
export { globs } from './glob.ts';
export { type Knowledge, study } from './knowledge.ts';
export { concludePlan, draftPlan, type PlanDraft, planSlim } from './plan.ts';
export type {
  Drop,
  LayerGroup,
  Level,
  PlanGround,
  PlanInput,
  Reason,
  ReasonKind,
  SlimPlan,
} from './types.ts';
