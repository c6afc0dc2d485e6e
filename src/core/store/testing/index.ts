export {
  type Ending,
  fail,
  type ImageOptions,
  noDocker,
  putImage,
  scratch,
  streamOf,
  type TestEntry,
  tarOf,
  testContext,
} from './images.ts';
export { schemaErrors } from './schema.ts';
