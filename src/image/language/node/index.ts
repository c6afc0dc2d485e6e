export { nodeReader } from './reader.ts';
