export { GATE_OPTIONS } from '../gate/index.ts';
export { evidenceLayout, withEvidence } from './evidence.ts';
export { openSigningKey, openVerificationKeys } from './files.ts';
export { admitOpened, type Gate, openGate } from './gate.ts';
export { carrySignatures, type KeepOptions, keepSignatures } from './keep.ts';
export { admitBundle, type BundleAtGate, keepEvidence } from './load.ts';
export { readPassword } from './password.ts';
export { type SignaturePlace, signaturePlace, signedName } from './places.ts';
export { openPolicy } from './policy.ts';
