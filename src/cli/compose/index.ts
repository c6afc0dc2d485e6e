export { composeFiles, machineFiles } from './files.ts';
export { containerOf, type Inside, runInside } from './inside.ts';
export { followLines, type LineSpan, logSources, type ProjectLine, pastLines } from './log-follow.ts';
export { type LogPrinter, type LogStyle, logPrinter } from './log-print.ts';
export { type OpenProject, openProject } from './open.ts';
export { PROJECT_OPTIONS, type ProjectValues } from './options.ts';
export { defaultsText, eventLine, planJson, planTable } from './show.ts';
export { type Compared, compare, executeContext, openEngine } from './supervisor.ts';
