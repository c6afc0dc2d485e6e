export type { ByteOrder, Fields, WordSize } from './fields.ts';
export {
  type ElfHeaders,
  FLAG,
  type HeaderTable,
  headerLayout,
  type OpenElf,
  openElf,
  SECTION,
  SEGMENT,
  type Section,
  type Segment,
} from './headers.ts';
export { architectureOf } from './machines.ts';
export { type ElfFile, type ElfKind, isDebugName, type Linkage, readElf } from './read.ts';
export { ABSOLUTE_PATH, type FindLimits, findStrings, LIBRARY_NAME } from './strings.ts';
export { importedSymbols } from './symbols.ts';
