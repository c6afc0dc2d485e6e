export {
  CHUNK_BYTES,
  type ChunkCounter,
  type ChunkList,
  countChunks,
  counting,
  formatChunkList,
  parseChunkList,
} from './chunks.ts';
export { fetchFile } from './fetch.ts';
export type { Fetched, FetchJob, FetchMeans } from './job.ts';
export { type DayWindow, parseWindow } from './window.ts';
