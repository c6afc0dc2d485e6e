export { GATE_OPTIONS } from './options.ts';
