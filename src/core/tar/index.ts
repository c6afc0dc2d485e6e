export type { SparseRun, TarEntry, TarType } from './entry.ts';
export { BLOCK } from './header.ts';
export { indexTar, tarContent } from './indexing.ts';
export { MAX_ENTRIES, type TarLimits, TarReader, type TarSink } from './reader.ts';
export { type NewEntry, tarEnd, tarHeader, tarPadding } from './writer.ts';
