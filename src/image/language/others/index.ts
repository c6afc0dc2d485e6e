export { otherReaders } from './readers.ts';
