export { hasBlob, readBlob } from './blobs.ts';
export { fetchManifest, manifestDigest, pushManifest, type RemoteManifest } from './manifests.ts';
export { fallbackTag, listReferrers, pushReferrer, type ReferrerOptions } from './referrers.ts';
export { openRegistries, type PushSettings, type Registries } from './registries.ts';
export { registrySettings, type SettingsPlaces } from './settings.ts';
export type { Credentials, RegistrySettings, RegistryTools, Repository } from './types.ts';
export { type NewBlob, type UploadedBlob, uploadBlob } from './upload.ts';
