export type { StoredBlob } from './blobs.ts';
export { repositoriesIn } from './catalog.ts';
export { namesIn, readSmall, statOf, writeSmall } from './files.ts';
export type { StoredManifest } from './manifests.ts';
export { blobPath, repositoryPath, uploadsPath } from './paths.ts';
export type { Referrer } from './referrers.ts';
export { openStorage, type Storage } from './storage.ts';
export type { Chunk, Upload } from './upload.ts';
