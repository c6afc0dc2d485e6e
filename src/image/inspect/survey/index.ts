export { type EntryFacts, factsOf, pathAt } from './entry.ts';
export { type Pattern, patternOf } from './pattern.ts';
export { findingFinder, type Places, placesOf } from './places.ts';
export { MARK, type Selection, type Survey, survey } from './survey.ts';
export { type Terrain, terrainOf } from './terrain.ts';
