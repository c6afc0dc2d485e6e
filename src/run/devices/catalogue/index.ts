export { type Catalogue, openCatalogue } from './catalogue.ts';
export { numbersOf, readSmall } from './files.ts';
export { selectorText, stableSelector } from './stable.ts';
