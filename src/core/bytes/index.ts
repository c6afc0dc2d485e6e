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
export { decodeName, encodeName, systemPath } from './names.ts';
