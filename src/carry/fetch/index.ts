export {
  CHUNK_BYTES,
  CHUNKS_SCHEMA,
  type ChunkCounter,
  type ChunkList,
  countChunks,
  counting,
  formatChunkList,
  parseChunkList,
} from './chunks.ts';
