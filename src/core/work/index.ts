export { mountsBelow, unmountBelow } from './mounts.ts';
export { startTimeOf } from './owner.ts';
export { killTree } from './processes.ts';
export { type ProgramResult, runProgram } from './program.ts';
export { RUN_LABEL, WORK_VARIABLE } from './release.ts';
export { removeTree } from './remove.ts';
export type { Resource } from './resources.ts';
export { type SweepReport, sweep } from './sweep.ts';
export { openWork, type Work } from './work.ts';
