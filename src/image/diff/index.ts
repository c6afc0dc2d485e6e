export { comparePackages, diffImages } from './diff.ts';
export { countChanges, diffMarkdown, diffReport, formatGrowth } from './formats.ts';
export type {
  ConfigChange,
  FileChange,
  FileChangeKind,
  ImageDiff,
  LayerChange,
  PackageChange,
} from './types.ts';
