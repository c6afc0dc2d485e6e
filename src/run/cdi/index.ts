export { DEVICE_KIND, devicesFor, renewed } from './device/index.ts';
export {
  type CdiDocument,
  documentJson,
  documentOf,
  fileName,
  problemText,
  readDocument,
} from './document/index.ts';
export { type HostFiles, hostFiles } from './files/index.ts';
export { type CdiGrant, cdiGrant, mergeEdits, NVIDIA_KIND } from './grant/index.ts';
export { discoverNvidia, type NvidiaFound } from './nvidia/index.ts';
export { CDI_DIRECTORIES, type CdiFile, type CdiRegistry, readRegistry, staleIn } from './registry/index.ts';
