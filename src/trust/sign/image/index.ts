export { type NewSignature, putSignature } from './artifact.ts';
export { signaturesOf } from './attached.ts';
export type { SignedImage } from './types.ts';
export { refusal, type Verification, verifyImage } from './verify.ts';
