import type { Digest } from '../../../core/bytes/index.ts';
import { isDigest } from '../../../core/bytes/index.ts';
import { SampanError } from '../../../core/errors/index.ts';
import { type Descriptor, parseDescriptor } from '../../../core/oci/index.ts';
import { broken } from '../bytes/index.ts';
import { MAX_LAYER_BYTES, MAX_LAYERS } from './limits.ts';

/** A layer of an image, uncompressed. */
export interface DeltaLayer {
  readonly diffId: Digest;
  /** Of the tar, in bytes. */
  readonly size: number;
}

/** A layer that is rebuilt: its recipe is the next `stored` bytes of the delta. */
export interface Recipe {
  readonly stored: number;
  readonly digest: Digest;
}

/** A layer of the new image. Without a recipe it is one of the old image. */
export interface NewLayer extends DeltaLayer {
  readonly recipe: Recipe | undefined;
}

/** What a delta says of itself. */
export interface DeltaHeader {
  readonly old: {
    /** The name that it had where the delta was made; for people only. */
    readonly name: string | undefined;
    /** The digest of its configuration. */
    readonly imageId: Digest;
    readonly layers: readonly DeltaLayer[];
    /** Which of the layers recipes read, by their place. */
    readonly read: readonly number[];
  };
  readonly new: {
    /** The name that it gets unless told. */
    readonly name: string | undefined;
    readonly mediaType: string;
    /** The manifest and the configuration, byte for byte. */
    readonly manifest: string;
    readonly config: string;
    readonly layers: readonly NewLayer[];
    /** Manifests that are attached to it, such as signatures. */
    readonly attached: readonly Descriptor[];
    /** What those need, byte for byte: themselves, their blobs, and the documents that they are about. */
    readonly documents: readonly string[];
  };
}

/** The header as JSON; the same header gives the same text. */
export function formatHeader(header: DeltaHeader): string {
  const layers = header.new.layers.map(({ diffId, size, recipe }) => ({ diffId, size, recipe }));
  const { attached, documents, ...image } = header.new;
  const more = attached.length === 0 ? {} : { attached: attached.map(bare), documents };
  return JSON.stringify({ old: header.old, new: { ...image, layers, ...more } });
}

function bare({ mediaType, digest, size, artifactType }: Descriptor): Descriptor {
  return { mediaType, digest, size, ...(artifactType === undefined ? {} : { artifactType }) };
}

/** Reads what {@link formatHeader} wrote. @throws SampanError `invalid`. */
export function parseHeader(text: string): DeltaHeader {
  const top = fieldsOf(parseJson(text), 'header');
  const old = fieldsOf(top.old, 'old image');
  const fresh = fieldsOf(top.new, 'new image');
  const layers = listOf(old.layers, 'old layers').map(deltaLayer);
  const read = listOf(old.read, 'layers to read').map(index => numberIn(index, layers.length - 1));
  return {
    old: { name: nameOf(old.name), imageId: digestIn(old.imageId), layers, read },
    new: {
      name: nameOf(fresh.name),
      mediaType: textIn(fresh.mediaType, 'media type'),
      manifest: textIn(fresh.manifest, 'manifest'),
      config: textIn(fresh.config, 'configuration'),
      layers: listOf(fresh.layers, 'new layers').map(newLayer),
      attached: listOf(fresh.attached ?? [], 'what is attached').map(attachedIn),
      documents: listOf(fresh.documents ?? [], 'documents').map(each => textIn(each, 'document')),
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw broken('its header is not JSON');
  }
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsOf(value: unknown, what: string): Fields {
  if (isFields(value)) return value;
  throw broken(`${what}: not an object`);
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value) && value.length <= MAX_LAYERS) return value;
  throw broken(`${what}: not a list, or longer than ${MAX_LAYERS}`);
}

function numberIn(value: unknown, max: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw broken(`a number from 0 to ${max} was wanted`);
}

function textIn(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw broken(`${what}: not text`);
}

function nameOf(value: unknown): string | undefined {
  return value === undefined ? undefined : textIn(value, 'name').slice(0, 1000);
}

function digestIn(value: unknown): Digest {
  if (isDigest(value)) return value;
  throw broken('a digest was wanted');
}

function attachedIn(value: unknown): Descriptor {
  try {
    return parseDescriptor(value, 'what is attached');
  } catch (error) {
    throw error instanceof SampanError ? broken(error.message) : error;
  }
}

function deltaLayer(value: unknown): DeltaLayer {
  const fields = fieldsOf(value, 'layer');
  return { diffId: digestIn(fields.diffId), size: numberIn(fields.size, MAX_LAYER_BYTES) };
}

function newLayer(value: unknown): NewLayer {
  const { recipe } = fieldsOf(value, 'layer');
  return { ...deltaLayer(value), recipe: recipe === undefined ? undefined : recipeOf(recipe) };
}

function recipeOf(value: unknown): Recipe {
  const fields = fieldsOf(value, 'recipe');
  return { stored: numberIn(fields.stored, MAX_LAYER_BYTES), digest: digestIn(fields.digest) };
}
