export { isDeviceName, kindProblem, parseQualified, type QualifiedName, qualifiedName } from './names.ts';
export { type CdiProblem, problemText } from './problems.ts';
export { type DocumentRead, MAX_DOCUMENT_BYTES, parseDocument, readDocument } from './read.ts';
export type {
  CdiDevice,
  CdiDocument,
  CdiEdits,
  CdiHook,
  CdiIntelRdt,
  CdiMount,
  CdiNetDevice,
  CdiNode,
} from './types.ts';
export { editsIn, smallestVersion } from './versions.ts';
export { documentJson, documentOf, fileName } from './write.ts';
