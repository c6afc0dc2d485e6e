export { WASTE_ADVICE, type WasteAdvice } from './categories.ts';
export { type WasteFinder, wasteFinder } from './classify.ts';
export { WASTE_RULES } from './rules.ts';
export { type Known, surroundingsOf } from './surroundings.ts';
export type { Candidate, Surroundings, WasteCategory, WasteRule } from './types.ts';
