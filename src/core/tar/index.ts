export type { SparseRun, TarEntry, TarType } from './entry.ts';
