export { shellReader } from './reader.ts';
