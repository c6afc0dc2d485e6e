export { askMortal, change, holds, isDone, prepare } from './scenario.ts';
export { type ServerProcess, startServer } from './server.ts';
