export { type PlanOptions, planOf, versionOf } from './plan.ts';
export { type ImagePlan, isIdle, type Need, type Plan, type ServicePlan, type Step } from './steps.ts';
