export { explore, terminalFor } from './explore.ts';
