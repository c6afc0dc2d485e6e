export { type GenerateOptions, generateKeyPair, type KeyPair } from './generate.ts';
export type { KeyKind, SigningKey, VerificationKey } from './kind.ts';
export { MAX_KEY_BYTES } from './pem.ts';
export { type AskPassword, readSigningKey, readVerificationKeys } from './read.ts';
