export type { ExecuteContext, SuperviseEvent } from './context.ts';
export { execute, type ServiceOutcome } from './execute.ts';
export { endOf, standOf, waitFor } from './health.ts';
