export { type CacheEntry, parseLoaderCache } from './cache.ts';
export { configuredDirectories } from './conf.ts';
export { chainTo, type DlopenCandidate, type Libraries, librariesIn } from './libraries.ts';
export type {
  Closure,
  FoundBy,
  LibraryFile,
  LibraryReason,
  LibraryRole,
  LoaderOptions,
  MissingLibrary,
} from './types.ts';
