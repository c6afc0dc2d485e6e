import { type Digest, hexOf, inflate, readStream, verified } from '../bytes/index.ts';
import { SampanError, wrap } from '../errors/index.ts';
import {
  choosePlatform,
  type Descriptor,
  type ImageConfig,
  isForeignLayer,
  isIndexType,
  isLayerType,
  isManifestType,
  MAX_DOCUMENT_BYTES,
  type Manifest,
  type PlatformChoice,
  parseConfig,
  parseIndex,
  parseManifest,
} from '../oci/index.ts';
import type { BlobSource, Bytes, Cancel, Image, Layer, LocalSource } from './port.ts';

const MAX_NESTING = 4;

/**
 * The bytes of a manifest, index or configuration, verified.
 *
 * @throws SampanError `limit` above 4 MiB, or what the source throws.
 */
export async function readDocument(
  source: BlobSource,
  blob: Descriptor,
  options: Cancel = {},
): Promise<Buffer> {
  if (blob.size > MAX_DOCUMENT_BYTES) {
    throw new SampanError(
      'limit',
      `${blob.digest}: a document of ${blob.size} bytes, at most ${MAX_DOCUMENT_BYTES} are read`,
    );
  }
  return await readStream(source.open(blob, options), blob.digest, MAX_DOCUMENT_BYTES);
}

/**
 * The manifest of one image: `root` itself, or out of the index that it is, the one that fits the platform.
 *
 * @throws SampanError `not-found` listing the platforms, `unsupported` for what is no image.
 */
export async function resolveImage(
  source: BlobSource,
  root: Descriptor,
  choice: PlatformChoice,
): Promise<Descriptor> {
  let at = root;
  for (let depth = 0; isIndexType(at.mediaType); depth += 1) {
    if (depth === MAX_NESTING) throw new SampanError('limit', `${choice.what}: indexes nested too deep`);
    const index = parseIndex(await readDocument(source, at), `${choice.what}: index`);
    at = choosePlatform(index.manifests, choice);
  }
  if (!isManifestType(at.mediaType)) {
    throw new SampanError('unsupported', `${choice.what}: not an image but ${at.mediaType}`);
  }
  return at;
}

/** A view over a source; nothing is read before a call, and documents are read once. */
export function imageFrom(source: BlobSource, root: Descriptor): Image {
  const rawManifest = once(async () => await readDocument(source, root));
  const manifest = once(async () => parseManifest(await rawManifest(), `manifest ${root.digest}`));
  const rawConfig = once(async () => await readDocument(source, (await manifest()).config));
  const config = once(async () => parseConfig(await rawConfig(), `configuration of ${root.digest}`));
  return {
    descriptor: root,
    manifest,
    config,
    rawConfig,
    layers: async () => layersOf(source, await manifest(), await config()),
  };
}

/** Asked again, it tells again; what failed is tried again. */
function once<T>(read: () => Promise<T>): () => Promise<T> {
  let kept: Promise<T> | undefined;
  return () => {
    kept ??= read().catch(error => {
      kept = undefined;
      throw error;
    });
    return kept;
  };
}

function layersOf(source: BlobSource, manifest: Manifest, config: ImageConfig): readonly Layer[] {
  if (config.os !== 'linux') {
    throw new SampanError('unsupported', `an image for ${config.os || 'no system'}, only linux is handled`, {
      remedy: 'choose a Linux image of it with --platform linux/amd64 or another',
    });
  }
  const diffIds = config.rootfs.diff_ids;
  const { layers } = manifest;
  const strange = layers.find(layer => !isLayerType(layer.mediaType));
  if (strange !== undefined) {
    throw new SampanError('unsupported', `${strange.digest}: not a layer but ${strange.mediaType}`);
  }
  if (diffIds.length !== layers.length) {
    throw new SampanError(
      'invalid',
      `the manifest has ${layers.length} layers and the configuration ${diffIds.length} diff IDs`,
    );
  }
  return layers.map((layer, i) => layerOf(source, layer, diffIds[i]!));
}

function layerOf(source: BlobSource, descriptor: Descriptor, diffId: Digest): Layer {
  const blob = (options?: Cancel): Bytes => openLayer(source, descriptor, options);
  return {
    descriptor,
    diffId,
    blob,
    tar: options =>
      verified(named(inflate(blob(options)), descriptor), {
        what: `layer ${descriptor.digest}`,
        digest: diffId,
      }),
  };
}

async function* named(stream: Bytes, layer: Descriptor): Bytes {
  try {
    yield* stream;
  } catch (error) {
    throw wrap(`layer sha256:${hexOf(layer.digest).slice(0, 12)}`, error);
  }
}

async function* openLayer(source: BlobSource, layer: Descriptor, options?: Cancel): Bytes {
  if (!(await source.has(layer.digest))) throw missingLayer(layer);
  yield* source.open(layer, options);
}

/** The error for a layer that is not with its image. */
export function missingLayer(layer: Descriptor): SampanError {
  const url = layer.urls?.[0];
  const isElsewhere = isForeignLayer(layer) || url !== undefined;
  const where = url === undefined ? '' : `; it is to be fetched from ${JSON.stringify(url.slice(0, 200))}`;
  return new SampanError(
    isElsewhere ? 'unsupported' : 'not-found',
    `layer ${layer.digest} is not with the image${where}`,
    {
      remedy: isElsewhere
        ? 'push and pull the image with its foreign layers, then try again'
        : 'copy or save the image again, it is not whole',
    },
  );
}

/** True for a source that can give blobs as ranges of local files. */
export function isLocalSource(source: BlobSource): source is BlobSource & LocalSource {
  return 'contentOf' in source;
}
