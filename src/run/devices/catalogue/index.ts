export { type Catalogue, openCatalogue } from './catalogue.ts';
export { numbersOf } from './files.ts';
export { selectorText, stableSelector } from './stable.ts';
