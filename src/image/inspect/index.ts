export { type Budget, checkBudget, SEVERITIES, type Violation } from './budget/index.ts';
export type { Cause, Confidence, Example, Finding, Severity } from './finding.ts';
export { FINDING_IDS } from './finding-ids.ts';
export type { Found } from './findings/index.ts';
export {
  type BuiltFrom,
  cell,
  code,
  junitOf,
  markdownOf,
  markdownTable,
  type Report,
  type ReportItem,
  reportOf,
  sarifOf,
} from './formats/index.ts';
export type { Ground, LiveFile } from './ground.ts';
export { type Inspected, inspectImage, rememberedInspection } from './inspect.ts';
export { NO_CACHE, type ScanCache, scanCache } from './load/index.ts';
export {
  type EntryFacts,
  factsOf,
  findingFinder,
  MARK,
  type Pattern,
  type Places,
  pathAt,
  patternOf,
  placesOf,
  type Selection,
  type Survey,
  survey,
  type Terrain,
  terrainOf,
} from './survey/index.ts';
export type { BaseGuess, ImageTotals, Inspection, LayerFigures, PackageFigures } from './types.ts';
