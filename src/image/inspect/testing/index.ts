export { historyOf, inspectTestImage, openTestImage, type TestImage } from './images.ts';
