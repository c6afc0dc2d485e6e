export { differences } from './compare.ts';
export { type ProofOptions, proverWith } from './prover.ts';
