export { type LockOptions, withLock } from '../bytes/index.ts';
export { type ArchiveFiles, openArchive, readArchiveFile } from './archive-files.ts';
export { type ArchiveFile, containerdNames, textFile, writeArchive } from './archive-writer.ts';
export {
  attachedBlobs,
  attachReferrer,
  type CopyReferrersOptions,
  copyReferrers,
  type Layout,
  subjectDocuments,
} from './attach.ts';
export { adoptBlobs, blobDirectory, synchroniseBlobs } from './blob-directory.ts';
export { contentSource } from './content-source.ts';
export { type CopyReport, copy, eachAtOnce, graphOf } from './copy.ts';
export { type ArchivedBlobs, type ArchivedImage, archivedBlobs, archivedImages } from './docker-archive.ts';
export { digestInThread } from './hashing.ts';
export { imageFrom, isLocalSource, readDocument, resolveImage } from './image.ts';
export type { ImageTarget, WriteImageOptions, Written } from './image-target.ts';
export { importPlain, ORIGINAL_MANIFEST, plainManifest } from './import.ts';
export { changeLayoutIndex, entryName, LAYOUT_FILE, readLayoutIndex } from './layout.ts';
export { localLayers } from './local.ts';
export { memoryStore } from './memory.ts';
export { type ImageName, parseImageName } from './names.ts';
export { BUNDLE_VERSION, isBundle, ociArchiveBlobs, ociArchiveIndex } from './oci-archive.ts';
export { openSource } from './open.ts';
export type { Found, OpenImage, RegistryPlaces, StoreContext } from './opened.ts';
export { chainIds, locateLayer } from './overlay.ts';
export {
  deleteStored,
  findStored,
  listStored,
  nameStored,
  type OwnStore,
  openStore,
  pruneStore,
  type StoredImage,
} from './own-store.ts';
export type {
  AdoptingStore,
  BlobSource,
  BlobStore,
  Bytes,
  Cancel,
  Expected,
  FileSource,
  Image,
  Layer,
  LayerSource,
  LocalLayer,
  LocalSource,
} from './port.ts';
export {
  ATTACHED_TO,
  type AttachingSource,
  isAttachingSource,
  isReferrerSource,
  type ReferrerSource,
  referrersAmong,
  withReferrers,
} from './referrers.ts';
export { readSplit, type SplitLayer } from './tar-split.ts';
export { openTarget } from './target.ts';
export { spool, type WorkFile, workFile } from './work-file.ts';
