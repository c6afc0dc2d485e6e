export { type DeviceSample, type DiskSample, sampleDevice, type Throttling } from './device.ts';
export { type ReadFile, smallFiles } from './files.ts';
export { type GroupSample, sampleGroup } from './group.ts';
export { type Controller, type GroupPlaces, groupPlaces } from './groups.ts';
export { type NetworkSample, sampleNetwork } from './network.ts';
