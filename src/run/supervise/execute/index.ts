export type { ExecuteContext, SuperviseEvent } from './context.ts';
export { execute, refreshImages, type ServiceOutcome } from './execute.ts';
export { endOf, standOf, waitFor } from './health.ts';
export { runHooks } from './hooks.ts';
