export {
  groupedSync,
  removeStale,
  syncDirectory,
  temporaryName,
  type WriteOptions,
  writeAtomically,
  writeThenName,
} from './atomic.ts';
export {
  type Compression,
  type DeflateOptions,
  deflate,
  detectCompression,
  type InflateLimits,
  inflate,
} from './compression.ts';
export {
  bytesContent,
  type Content,
  contentChunks,
  EMPTY,
  fileContent,
  joinContent,
  type Piece,
  readContent,
  sliceContent,
} from './content.ts';
export {
  type Digest,
  digestContent,
  digestOf,
  finishDigest,
  hexOf,
  isDigest,
  parseDigest,
  startDigest,
} from './digest.ts';
export { makeDirectories } from './directories.ts';
export { type LockOptions, withLock } from './lock.ts';
export { decodeName, encodeName, systemPath } from './names.ts';
export { isMarkAlive, processMark } from './process-mark.ts';
export { release } from './release.ts';
export {
  type ByteStream,
  contentStream,
  isVerified,
  type Promised,
  readStream,
  throwIfCancelled,
  verified,
} from './stream.ts';
