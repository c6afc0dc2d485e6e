export type {
  ImageFigures,
  Outcome,
  PageFile,
  PagePackage,
  PageProbe,
  PageProof,
  PageRun,
  SlimPageData,
} from './data.ts';
export { diffPage } from './diff.ts';
export { inspectPage } from './inspect.ts';
export type { DiffPageData, DiffPageFile, InspectPageData, InspectPageFile } from './inspect-data.ts';
export { slimPage } from './slim.ts';
