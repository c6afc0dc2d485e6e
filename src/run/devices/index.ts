export { openCatalogue, selectorText, stableSelector } from './catalogue/index.ts';
export { type Asking, type GrantOptions, grantDevices } from './grant/index.ts';
export { openInside, type Running } from './inject/index.ts';
export { devicesModule, keepStarted } from './keep/index.ts';
export {
  type Device,
  type DeviceKind,
  type DeviceSelector,
  HOST_ROOTS,
  type HostNode,
  type Roots,
} from './model/index.ts';
export { awaited, describe, fitOf, matchDevices, selectorName } from './select/index.ts';
export { type RuleOptions, udevRule } from './udev/index.ts';
export { type Change, changesOf, watchDevices } from './watch/index.ts';
