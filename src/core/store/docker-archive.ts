import {
  bytesContent,
  type Content,
  contentChunks,
  type Digest,
  detectCompression,
  digestOf,
  sliceContent,
} from '../bytes/index.ts';
import { SampanError } from '../errors/index.ts';
import { type Descriptor, layerType, MAX_DOCUMENT_BYTES, MEDIA, parseConfig } from '../oci/index.ts';
import { type ArchiveFiles, readArchiveFile } from './archive-files.ts';
import { contentSource } from './content-source.ts';
import { digestInThread } from './hashing.ts';
import { isSameName } from './layout.ts';
import type { BlobSource, Cancel, LocalSource } from './port.ts';

/** An image as `manifest.json` of a Docker archive lists it. */
export interface ArchivedImage {
  readonly config: string;
  readonly tags: readonly string[];
  readonly layers: readonly string[];
}

const MAX_IMAGES = 1000;
const MAX_LAYERS = 1000;

/**
 * The images of a Docker archive (`docker save`; Docker image spec 1.2, "Combined Image JSON + Filesystem
 * Changeset Format", manifest.json).
 *
 * @throws SampanError `invalid`, `limit`, or `not-found` when there is no manifest.json.
 */
export function archivedImages(archive: ArchiveFiles): readonly ArchivedImage[] {
  const what = `${archive.path}: manifest.json`;
  const list = parseList(readArchiveFile(archive, 'manifest.json', MAX_DOCUMENT_BYTES), what);
  if (list.length > MAX_IMAGES) {
    throw new SampanError('limit', `${what}: ${list.length} images, at most ${MAX_IMAGES} are read`);
  }
  return list.map((item, i) => archivedImage(item, `${what}[${i}]`));
}

function parseList(bytes: Buffer, what: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new SampanError('invalid', `${what}: not JSON`, { cause: error });
  }
  if (!Array.isArray(value)) throw new SampanError('invalid', `${what}: not a list`);
  return value;
}

function archivedImage(item: unknown, where: string): ArchivedImage {
  const fields: object = typeof item === 'object' && item !== null ? item : {};
  const config = 'Config' in fields ? fields.Config : undefined;
  const layers = 'Layers' in fields ? fields.Layers : undefined;
  const tags = 'RepoTags' in fields ? (fields.RepoTags ?? []) : [];
  if (typeof config !== 'string' || !isTexts(layers) || !isTexts(tags)) {
    throw new SampanError('invalid', `${where}: wanted Config, RepoTags and Layers`);
  }
  if (layers.length > MAX_LAYERS || tags.length > MAX_LAYERS) {
    throw new SampanError('limit', `${where}: more than ${MAX_LAYERS} layers or tags`);
  }
  return { config, tags, layers };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(each => typeof each === 'string');
}

/**
 * The image of an archive that has a tag, or is `@N` (counted from 0). Without a reference, the only one.
 *
 * @throws SampanError `not-found`, or `usage` when several could be meant; both list the tags.
 */
export function chooseArchived(
  images: readonly ArchivedImage[],
  choice: { readonly what: string; readonly reference?: string | undefined },
): ArchivedImage {
  const { what, reference } = choice;
  const names = images.map((image, i) => image.tags[0] ?? `@${i}`).join(', ');
  const [first] = images;
  if (first === undefined) throw new SampanError('not-found', `${what}: holds no image`);
  if (reference === undefined) {
    if (images.length === 1) return first;
    throw new SampanError('usage', `${what}: holds ${images.length} images: ${names}`, {
      remedy: `say which one: ${what}:${first.tags[0] ?? '@0'}`,
    });
  }
  const counted = images[Number(/^@([0-9]{1,4})$/.exec(reference)?.[1] ?? -1)];
  const found = counted ?? images.find(image => image.tags.some(tag => isSameName(tag, reference)));
  if (found === undefined)
    throw new SampanError('not-found', `${what}: no image ${reference}; it holds ${names}`);
  return found;
}

/** An image of an archive as blobs, with a manifest that was made for it. */
export interface ArchivedBlobs {
  readonly source: BlobSource & LocalSource;
  readonly root: Descriptor;
}

/**
 * One image of a Docker archive as a source. A plain layer is a blob whose digest is its diff ID, as the
 * configuration says it; a compressed one is read once to know its digest. The configuration, and so the
 * image ID, is untouched.
 *
 * @throws SampanError `invalid`, `limit`, `not-found` for a missing layer, `unsupported` compression.
 */
export async function archivedBlobs(
  archive: ArchiveFiles,
  image: ArchivedImage,
  options: Cancel = {},
): Promise<ArchivedBlobs> {
  const rawConfig = readArchiveFile(archive, image.config, MAX_DOCUMENT_BYTES);
  const diffIds = parseConfig(rawConfig, `${archive.path}: ${image.config}`).rootfs.diff_ids;
  if (diffIds.length !== image.layers.length) {
    throw new SampanError(
      'invalid',
      `${archive.path}: ${image.layers.length} layers, and ${diffIds.length} diff IDs in ${image.config}`,
    );
  }
  const blobs = new Map<Digest, Content>();
  const layers: Descriptor[] = [];
  for (const [i, path] of image.layers.entries()) {
    const content = layerContent(archive, path);
    const layer = await layerDescriptor(content, diffIds[i]!, options);
    blobs.set(layer.digest, content);
    layers.push(layer);
  }
  return madeImage({ what: archive.path, rawConfig, layers, blobs });
}

function layerContent(archive: ArchiveFiles, path: string): Content {
  const content = archive.find(path);
  if (content !== undefined) return content;
  throw new SampanError(
    'not-found',
    `${archive.path}: the layer ${JSON.stringify(path)} is not in the archive`,
    {
      remedy: 'save the image again with all its layers',
    },
  );
}

async function layerDescriptor(content: Content, diffId: Digest, options: Cancel): Promise<Descriptor> {
  const [head] = contentChunks(sliceContent(content, 0, 8));
  const compression = detectCompression(head ?? new Uint8Array());
  const digest = compression === 'none' ? diffId : await digestInThread(content, options);
  return { mediaType: layerType(compression), digest, size: content.size };
}

/** Makes a manifest for a configuration and its layers, and a source that has all of it. */
export function madeImage(parts: {
  readonly what: string;
  readonly rawConfig: Uint8Array;
  readonly layers: readonly Descriptor[];
  readonly blobs: ReadonlyMap<Digest, Content>;
}): ArchivedBlobs {
  const { what, rawConfig, layers } = parts;
  const config = { mediaType: MEDIA.config, digest: digestOf(rawConfig), size: rawConfig.length };
  const manifest = { schemaVersion: 2, mediaType: MEDIA.manifest, config, layers };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const root = { mediaType: MEDIA.manifest, digest: digestOf(bytes), size: bytes.length };
  const blobs = new Map(parts.blobs);
  blobs.set(config.digest, bytesContent(rawConfig));
  blobs.set(root.digest, bytesContent(bytes));
  return { source: contentSource(what, blobs), root };
}
