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
export { slimPage } from './slim.ts';
