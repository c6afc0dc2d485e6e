export { type NewSignature, putSignature } from './artifact.ts';
export { MAX_SIGNATURES } from './collect.ts';
export { refusal, type SignedImage, type Verification, verifyImage } from './verify.ts';
