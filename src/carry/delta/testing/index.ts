export { deltaOf, randomFrom } from './pair.ts';
