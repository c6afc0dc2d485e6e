export { type Places, placesOf } from '../places/index.ts';
export {
  EVIDENCE_OPTION,
  EXERCISE_OPTIONS,
  type ExerciseValues,
  REPORT_OPTION,
  readExercise,
} from './exercise-options.ts';
export { printHints } from './hints.ts';
export { type LoadedImage, loadImage } from './load.ts';
export { evidenceFileName, slimName } from './names.ts';
export { printPlan } from './plan-print.ts';
export { type NamedRun, printRuns } from './prove-print.ts';
export { readText } from './read-text.ts';
export { recordOf } from './record.ts';
export { readReport, saveReport } from './reports.ts';
export { type ReservedFile, reserveFile } from './reserve.ts';
export { runJson, warningsOf } from './run-json.ts';
export { type SlimJob, type Slimmed, slimAll, slimOne, toolsFor } from './slim-job.ts';
export { slimPageOf } from './slim-page.ts';
export { categoryTitle, doubtOf, printSummary, removedByCategory, type SlimSummary } from './slim-table.ts';
export { openToolbox, type Toolbox } from './toolbox.ts';
export { type WatchEnd, type WatchOptions, watch } from './watch.ts';
export { type Answer, answerOf, type Fate, type Surroundings } from './why.ts';
export { printAnswer } from './why-print.ts';
export { splitWords } from './words.ts';
