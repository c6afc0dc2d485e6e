export { countFindings, printDiff, printFindings, summaryOf } from './print.ts';
export { readConfig } from './read.ts';
export { type LintedFile, lintFiles, replaceFile } from './run.ts';
