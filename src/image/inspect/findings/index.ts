export { type Found, findAll } from './all.ts';
export type { Cause, Confidence, Example, Finding, Severity } from './types.ts';
export { environmentOf } from './waste.ts';
