export type { ExecuteContext, SuperviseEvent } from './context.ts';
export { execute, refreshImages, type ServiceOutcome } from './execute.ts';
export { endOf, waitFor } from './health.ts';
export { runHooks } from './hooks.ts';
