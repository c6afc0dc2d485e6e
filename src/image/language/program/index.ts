export { readCommand } from './command.ts';
export { findProgram } from './lookup.ts';
