export { awaited, describe, type Fit, fitOf, selectorName } from './explain.ts';
export { type Match, matchDevices, subsystemsOf } from './match.ts';
export { type Filled, fillSlots, type Slot, type WantedNode } from './slots.ts';
