export { ASIDE, type Current, type CurrentContainer, currentOf, projectContainers } from './current/index.ts';
export {
  type ExecuteContext,
  endOf,
  execute,
  refreshImages,
  runHooks,
  type ServiceOutcome,
  type SuperviseEvent,
  waitFor,
} from './execute/index.ts';
export {
  type ImagePlan,
  isIdle,
  type Need,
  type Plan,
  type PlanOptions,
  planOf,
  type ServicePlan,
  type Step,
  versionOf,
} from './plan/index.ts';
export {
  type ContainerEdits,
  type Defaulted,
  type DeviceNode,
  defaulted,
  LABELS,
  type Machine,
  NO_EDITS,
  type Strategy,
  type Taken,
  type UpdatePolicy,
  type Wanted,
  type WantedContainer,
  type WantedOptions,
  type WantedService,
  wantedOf,
} from './wanted/index.ts';
