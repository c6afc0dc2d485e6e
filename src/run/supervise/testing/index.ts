export { type Bench, openBench } from './bench.ts';
