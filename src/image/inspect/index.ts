export { type Budget, checkBudget, NO_BUDGET, SEVERITIES, type Violation } from './budget/index.ts';
export type { Cause, Confidence, Example, Finding, Severity } from './findings/index.ts';
export { FINDING_IDS, type Found } from './findings/index.ts';
export {
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
export { type Ground, type LiveFile, liveFiles } from './ground.ts';
export { type Inspected, inspectImage } from './inspect.ts';
export { NO_CACHE, type ScanCache, scanCache } from './load/index.ts';
export type { BaseGuess, ImageTotals, Inspection, LayerFigures, PackageFigures } from './types.ts';
