export { driverVersion, type Platform, versionIn } from './driver.ts';
export type { Gpu, WantedLink } from './gpus.ts';
export { linkMount } from './hooks.ts';
export { discoverNvidia } from './nvidia.ts';
export type { NvidiaFound } from './parts.ts';
