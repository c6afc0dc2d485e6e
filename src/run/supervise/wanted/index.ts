export { type Defaulted, defaulted, type Machine, type Taken } from './defaults.ts';
export { type ContainerEdits, type DeviceNode, NO_EDITS } from './edits.ts';
export { LABELS } from './labels.ts';
export {
  type Strategy,
  type UpdatePolicy,
  type Wanted,
  type WantedContainer,
  type WantedOptions,
  type WantedService,
  wantedOf,
} from './wanted.ts';
