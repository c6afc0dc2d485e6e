export {
  ALGORITHMS,
  type Algorithm,
  algorithmOf,
  type BlobDigest,
  beginHash,
  digestBytes,
  digestFrom,
  digitsOf,
  endHash,
  isBlobDigest,
  parseBlobDigest,
} from './digest.ts';
export { isAttachmentTag, isRepository, isTag, parseRepository } from './names.ts';
export { Refusal, type RefusalCode } from './refusal.ts';
