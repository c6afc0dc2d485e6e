export { loadModule, MODULE_NAMES } from './modules.ts';
export { readSettings, runHere, settingsPath } from './run.ts';
