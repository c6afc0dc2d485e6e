export { type Candidate, type EnforceOptions, enforcePolicy, type Permit } from './enforce.ts';
export { MAX_POLICY_BYTES, type PolicyOptions, parsePolicy } from './parse.ts';
export { type Accepted, type AcceptedRecord, fileRecord, memoryRecord, readOnly } from './record.ts';
export type { NameCheck, Policy, Rule, SignedRule } from './types.ts';
