import type { Compression } from '../bytes/index.ts';
import { type Descriptor, MEDIA } from './types.ts';

const MANIFESTS: ReadonlySet<string> = new Set([MEDIA.manifest, MEDIA.dockerManifest]);
const INDEXES: ReadonlySet<string> = new Set([MEDIA.index, MEDIA.dockerIndex]);
const CONFIGS: ReadonlySet<string> = new Set([MEDIA.config, MEDIA.dockerConfig]);
const FOREIGN = /\.(nondistributable|foreign)\./;

/** How the bytes of each known type of layer are compressed. */
const LAYERS: ReadonlyMap<string, Compression> = new Map([
  [MEDIA.layer, 'none'],
  [MEDIA.layerGzip, 'gzip'],
  [MEDIA.layerZstd, 'zstd'],
  [MEDIA.dockerLayer, 'none'],
  [MEDIA.dockerLayerGzip, 'gzip'],
  ['application/vnd.docker.image.rootfs.diff.tar.zstd', 'zstd'],
  [MEDIA.dockerForeignLayer, 'gzip'],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar', 'none'],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', 'gzip'],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar+zstd', 'zstd'],
]);

/** True for the type of an image manifest, OCI's or Docker's. */
export function isManifestType(mediaType: string): boolean {
  return MANIFESTS.has(mediaType);
}

/** True for the type of an index, or of Docker's manifest list. */
export function isIndexType(mediaType: string): boolean {
  return INDEXES.has(mediaType);
}

/** True for the type of an image configuration. */
export function isConfigType(mediaType: string): boolean {
  return CONFIGS.has(mediaType);
}

/** True for the known types of file system layers. */
export function isLayerType(mediaType: string): boolean {
  return LAYERS.has(mediaType);
}

/** How a layer of that type should be compressed; absent for what is no known layer. Bytes may disagree. */
export function layerCompression(mediaType: string): Compression | undefined {
  return LAYERS.get(mediaType);
}

/** The media type of an OCI layer compressed like that (OCI image spec 1.1, layer.md). */
export function layerType(compression: Compression): string {
  switch (compression) {
    case 'none':
      return MEDIA.layer;
    case 'gzip':
      return MEDIA.layerGzip;
    case 'zstd':
      return MEDIA.layerZstd;
  }
}

/** True for a layer that is to be fetched from elsewhere, not carried with the image. */
export function isForeignLayer(layer: Pick<Descriptor, 'mediaType'>): boolean {
  return FOREIGN.test(layer.mediaType);
}
