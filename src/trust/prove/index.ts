export { differences, steadyDifferences } from './compare.ts';
export { failures } from './failures.ts';
export { type ProofOptions, proverWith } from './prover.ts';
export { runImage, type Trial } from './run.ts';
