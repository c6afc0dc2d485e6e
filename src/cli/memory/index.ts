export { keepHeapSmall } from './memory.ts';
