export { languageClosure, languageSteps, programOf, type Roots } from './closure.ts';
export type { Surroundings } from './view/index.ts';
export type { LanguageClosure, Reached } from './walk.ts';
