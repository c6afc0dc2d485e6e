export { checkBlobSource, checkBlobStore } from './conformance.ts';
export {
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
