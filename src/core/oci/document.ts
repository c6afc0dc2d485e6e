import { SampanError } from '../errors/index.ts';
import {
  type Check,
  digest,
  fail,
  flag,
  integer,
  type JsonObject,
  list,
  members,
  object,
  parseDocument,
  size,
  table,
  text,
} from './check.ts';
import { isConfigType, isIndexType, isManifestType } from './media.ts';
import type { Descriptor, ImageConfig, ImageIndex, Manifest } from './types.ts';

const platform = members(
  { os: text, architecture: text },
  { variant: text, 'os.version': text, 'os.features': list(text) },
);

const descriptor = members(
  { mediaType: text, digest, size },
  { urls: list(text), annotations: table(text), platform, artifactType: text, data: text },
);

const version: Check = (value, where) => {
  if (value === 1) throw new SampanError('unsupported', `${where}: schema 1 images are not read`);
  if (value !== 2) fail(where, '2', value);
};

const shared = { mediaType: text, artifactType: text, subject: descriptor, annotations: table(text) };
const manifest = members({ schemaVersion: version, config: descriptor, layers: list(descriptor) }, shared);
const index = members({ schemaVersion: version, manifests: list(descriptor) }, shared);

const containerConfig = members(
  {},
  {
    User: text,
    ExposedPorts: table(object),
    Env: list(text),
    Entrypoint: list(text),
    Cmd: list(text),
    Volumes: table(object),
    WorkingDir: text,
    Labels: table(text),
    StopSignal: text,
    Shell: list(text),
    Healthcheck: members(
      {},
      { Test: list(text), Interval: integer, Timeout: integer, StartPeriod: integer, Retries: integer },
    ),
  },
);

const history = members(
  {},
  { created: text, created_by: text, author: text, comment: text, empty_layer: flag },
);

const rootfs = members({ type: layersType, diff_ids: list(digest) });

const config = members(
  { os: text, architecture: text, rootfs },
  { created: text, author: text, variant: text, config: containerConfig, history: list(history) },
);

function layersType(value: unknown, where: string): void {
  if (value !== 'layers') fail(where, '"layers"', value);
}

/**
 * Reads a descriptor that a document holds.
 *
 * @throws SampanError `invalid`, or `unsupported` for digests other than SHA-256.
 */
export function parseDescriptor(value: unknown, where: string): Descriptor {
  return checked<Descriptor>(value, descriptor, where);
}

/**
 * Reads an image manifest (OCI image spec 1.1, manifest.md; Docker's schema 2). Unknown members are kept.
 *
 * @throws SampanError `invalid`, `limit`, or `unsupported` for schema 1.
 */
export function parseManifest(bytes: Uint8Array, what = 'manifest'): Manifest {
  const document = parseDocument(bytes, what);
  if (document.manifests !== undefined) throw ambiguous(what);
  typed(document, isManifestType, what);
  return checked<Manifest>(document, manifest, what);
}

/**
 * Reads an index (OCI image spec 1.1, image-index.md) or Docker's manifest list.
 *
 * @throws SampanError `invalid` or `limit`.
 */
export function parseIndex(bytes: Uint8Array, what = 'index'): ImageIndex {
  const document = parseDocument(bytes, what);
  if (document.layers !== undefined || document.config !== undefined) throw ambiguous(what);
  typed(document, isIndexType, what);
  return checked<ImageIndex>(document, index, what);
}

/**
 * Reads an image configuration (OCI image spec 1.1, config.md). Members that are `null` are left out, as Go
 * programs write absent ones so; unknown members are kept.
 *
 * @throws SampanError `invalid` or `limit`.
 */
export function parseConfig(bytes: Uint8Array, what = 'image configuration'): ImageConfig {
  const document = withoutNulls(parseDocument(bytes, what));
  const inner = document.config;
  const whole = typeof inner === 'object' ? { ...document, config: withoutNulls(inner) } : document;
  return checked<ImageConfig>(whole, config, what);
}

function withoutNulls(value: object | null): JsonObject {
  return Object.fromEntries(Object.entries(value ?? {}).filter(([, each]) => each !== null));
}

/** OCI image spec 1.1: one that is both could be read as either, and only one of them was checked. */
function ambiguous(what: string): SampanError {
  return new SampanError('invalid', `${what}: has the members of a manifest and of an index`);
}

function typed(document: JsonObject, isType: (mediaType: string) => boolean, what: string): void {
  const { mediaType } = document;
  if (mediaType !== undefined && !(typeof mediaType === 'string' && isType(mediaType))) {
    fail(`${what}.mediaType`, 'the type of this document', mediaType);
  }
}

/** The one place where a document that passed its checks gets its type. */
function checked<T>(value: unknown, check: Check, where: string): T {
  check(value, where);
  return value as T;
}

/** What a blob that an image's graph reaches is, as far as its media type tells. */
export function kindOf(mediaType: string): 'index' | 'manifest' | 'config' | 'other' {
  if (isIndexType(mediaType)) return 'index';
  if (isManifestType(mediaType)) return 'manifest';
  return isConfigType(mediaType) ? 'config' : 'other';
}
