export { healthModule } from './health.ts';
export { type Patient, type RestartRule, type Treatment, treat, USUAL_RULE } from './policy.ts';
