import { isForeignLayer, isIndexType, isManifestType, MAX_DOCUMENT_BYTES } from '../../../core/oci/index.ts';
import { type BlobDigest, isBlobDigest, Refusal } from '../base/index.ts';

/** A pointer, as far as a registry looks at it. */
export interface Pointer {
  readonly mediaType: string;
  readonly digest: BlobDigest;
  readonly size: number;
}

/** A manifest or an index, as far as a registry looks at it. */
export interface ManifestDocument {
  readonly mediaType: string;
  /** What must be in the repository first: the configuration and the layers of a manifest. */
  readonly blobs: readonly Pointer[];
  /** Layers that are fetched from elsewhere; they may be there. */
  readonly foreign: readonly Pointer[];
  /** Of an index. They may be missing: an index may be sparse. */
  readonly manifests: readonly Pointer[];
  readonly subject: Pointer | undefined;
  /** What a list of referrers says of it: its own, or the type of its configuration. */
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

/** The most pointers in one document. */
const MAX_POINTERS = 10_000;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a manifest or index, OCI's or Docker's (OCI image spec 1.1, manifest.md and image-index.md; Docker image manifest v2,
 * schema 2). `contentType` is what it was sent or stored as.
 *
 * @throws Refusal `MANIFEST_INVALID` saying what is wrong.
 */
export function readManifestDocument(bytes: Uint8Array, contentType: string | undefined): ManifestDocument {
  if (bytes.length > MAX_DOCUMENT_BYTES) invalid(`more than ${MAX_DOCUMENT_BYTES} bytes`);
  const fields = parse(bytes);
  if (fields.schemaVersion !== 2) invalid('schemaVersion is not 2');
  const mediaType = typeOf(fields, contentType);
  const isIndex = isIndexType(mediaType);
  if (isIndex && (fields.config !== undefined || fields.layers !== undefined)) {
    invalid('an index has no config and no layers');
  }
  if (!isIndex && fields.manifests !== undefined) invalid('a manifest has no manifests');
  const layers = isIndex ? [] : pointers(fields.layers, 'layers');
  const config = isIndex ? undefined : pointer(fields.config, 'config');
  const artifactType = optionalText(fields.artifactType, 'artifactType') ?? config?.mediaType;
  return {
    mediaType,
    blobs: [...(config === undefined ? [] : [config]), ...layers.filter(layer => !isForeignLayer(layer))],
    foreign: layers.filter(layer => isForeignLayer(layer)),
    manifests: isIndex ? pointers(fields.manifests, 'manifests') : [],
    subject: fields.subject === undefined ? undefined : pointer(fields.subject, 'subject'),
    artifactType,
    annotations: annotationsOf(fields.annotations),
  };
}

function invalid(what: string): never {
  throw new Refusal('MANIFEST_INVALID', what);
}

function parse(bytes: Uint8Array): Fields {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    invalid('not JSON');
  }
  return isFields(value) ? value : invalid('not a JSON object');
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typeOf(fields: Fields, contentType: string | undefined): string {
  const sent = contentType?.split(';')[0]?.trim();
  const own = optionalText(fields.mediaType, 'mediaType');
  if (own !== undefined && sent !== undefined && own !== sent) {
    invalid(`mediaType is ${own.slice(0, 100)}, but it was sent as ${sent.slice(0, 100)}`);
  }
  const mediaType = own ?? sent ?? '';
  if (isManifestType(mediaType) || isIndexType(mediaType)) return mediaType;
  return invalid(`${JSON.stringify(mediaType.slice(0, 100))} is no type of manifest that is known`);
}

function pointers(value: unknown, where: string): readonly Pointer[] {
  if (!Array.isArray(value)) invalid(`${where} is not an array`);
  if (value.length > MAX_POINTERS) invalid(`${where} has more than ${MAX_POINTERS} items`);
  return value.map((each, i) => pointer(each, `${where}[${i}]`));
}

function pointer(value: unknown, where: string): Pointer {
  if (!isFields(value)) return invalid(`${where} is not a descriptor`);
  const { mediaType, digest, size } = value;
  if (typeof mediaType !== 'string' || mediaType === '') return invalid(`${where}.mediaType is missing`);
  if (!isBlobDigest(digest)) return invalid(`${where}.digest is not a digest`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    return invalid(`${where}.size is not a size`);
  }
  return { mediaType, digest, size };
}

function optionalText(value: unknown, where: string): string | undefined {
  if (value === undefined || value === '') return undefined;
  return typeof value === 'string' ? value : invalid(`${where} is not a text`);
}

function annotationsOf(value: unknown): Readonly<Record<string, string>> | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isFields(value)) return invalid('annotations is not an object');
  const texts: Record<string, string> = {};
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') return invalid(`annotations.${key.slice(0, 100)} is not a text`);
    texts[key] = text;
  }
  return texts;
}
