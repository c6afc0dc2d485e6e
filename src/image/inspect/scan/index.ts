export { captureFor, type Wanted } from './capture.ts';
export { ColumnWriter, enlarged, type LayerScan, type Rare, type Row, TYPE, TYPES } from './columns.ts';
export { addEntry } from './entry.ts';
export { type PlainTar, scanPlainTar } from './plain.ts';
export { type Captured, partialContent, type StreamedScan, scanStream } from './stream.ts';
