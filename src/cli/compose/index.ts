export { composeFiles, machineFiles } from './files.ts';
export { containerOf, type Inside, runInside } from './inside.ts';
export { type OpenProject, openProject } from './open.ts';
export { PROJECT_OPTIONS, type ProjectValues } from './options.ts';
export { defaultsText, eventLine, planJson, planTable } from './show.ts';
export { type Compared, compare, executeContext, openEngine } from './supervisor.ts';
