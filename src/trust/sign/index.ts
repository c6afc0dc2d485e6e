export {
  type Claim,
  formatStatement,
  NAME_ANNOTATION,
  signBundle,
  TIME_ANNOTATION,
} from './envelope/index.ts';
export {
  type NewSignature,
  putSignature,
  refusal,
  type SignedImage,
  signaturesOf,
  type Verification,
  verifyImage,
} from './image/index.ts';
export {
  type AskPassword,
  type GenerateOptions,
  generateKeyPair,
  type KeyPair,
  MAX_KEY_BYTES,
  readSigningKey,
  readVerificationKeys,
  type SigningKey,
  type VerificationKey,
} from './keys/index.ts';
export {
  type AcceptedRecord,
  type Candidate,
  type EnforceOptions,
  enforcePolicy,
  fileRecord,
  MAX_POLICY_BYTES,
  memoryRecord,
  type Permit,
  type Policy,
  parsePolicy,
  readOnly,
} from './policy/index.ts';
