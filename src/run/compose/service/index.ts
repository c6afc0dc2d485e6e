export type { DeviceMapping } from './devices.ts';
export { type EnvFile, type FileGrant, fileMode, type Mount } from './mounts.ts';
export type { Port } from './ports.ts';
export type { Attachment, DeviceRequest, HealthCheck, Hook } from './resources.ts';
export { readSelector, type Selector } from './selector.ts';
export { type RestartPolicy, SERVICE, service, type WrittenService } from './service.ts';
