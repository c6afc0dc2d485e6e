export { runApp, runWords } from './app.ts';
export { exitStatus, reportFailure } from './failure.ts';
