export { type ManifestDocument, type Pointer, readManifestDocument } from './document.ts';
