import { type Content, readContent, sliceContent } from '../../core/bytes/index.ts';
import { type Descriptor, layerCompression } from '../../core/oci/index.ts';
import type { BlobSource } from '../../core/store/index.ts';
import { isLocalSource } from '../../core/store/index.ts';

/** What layers of files usually shrink to. */
const USUAL_RATIO = 3;
const TRAILER_BYTES = 4;

/**
 * How large a layer is uncompressed, without reading it: gzip says it at its end (RFC 1952, section 2.3.1,
 * modulo 4 GiB), for zstd it is a guess. Never less than its size.
 */
export async function plainSizeOf(source: BlobSource, blob: Descriptor): Promise<number> {
  const compression = layerCompression(blob.mediaType);
  if (compression === 'none') return blob.size;
  const content = isLocalSource(source) ? await source.contentOf(blob).catch(() => undefined) : undefined;
  const told = compression === 'gzip' && content !== undefined ? gzipSize(content) : undefined;
  return Math.max(told ?? blob.size * USUAL_RATIO, blob.size);
}

/** What the end of a gzip stream says about its size; absent for one that is too short to be one. */
function gzipSize(content: Content): number | undefined {
  if (content.size < 18) return undefined;
  return readContent(sliceContent(content, content.size - TRAILER_BYTES)).readUInt32LE(0);
}
