import { type Digest, isDigest } from '../../../core/bytes/index.ts';
import { type ErrorCode, isSampanError } from '../../../core/errors/index.ts';
import {
  type Descriptor,
  type ImageIndex,
  isAttestation,
  isConfigType,
  isLayerType,
  kindOf,
  type Manifest,
  parseIndex,
  parseManifest,
} from '../../../core/oci/index.ts';
import { type BlobSource, type Cancel, ORIGINAL_MANIFEST, readDocument } from '../../../core/store/index.ts';

const MAX_DEPTH = 4;
const MAX_DOCUMENTS = 512;
/** What is not there or damaged; a source that is away, or refuses, may have it all the same. */
const PROVES_NOTHING: ReadonlySet<ErrorCode> = new Set([
  'not-found',
  'invalid',
  'integrity',
  'unsupported',
  'limit',
]);

/** The documents of images, as far as a source has them. */
export interface Documents {
  /** The images of each index, without what is only said about them. */
  readonly children: ReadonlyMap<Digest, readonly Digest[]>;
  /** What pins all bytes of each image: the digest of its configuration. */
  readonly pins: ReadonlyMap<Digest, Digest>;
  /** What others were made of when their layers were stored uncompressed. */
  readonly originals: ReadonlySet<Digest>;
}

/**
 * Reads the manifests and indexes that some descriptors reach. What is not there, or is damaged, is left out:
 * it proves nothing then.
 */
export async function readDocuments(
  source: BlobSource,
  roots: readonly Descriptor[],
  options: Cancel = {},
): Promise<Documents> {
  const found = { children: new Map(), pins: new Map(), originals: new Set<Digest>() };
  const seen = new Set<Digest>();
  let level = roots;
  for (let depth = 0; depth <= MAX_DEPTH && level.length > 0; depth += 1) {
    const next: Descriptor[] = [];
    for (const at of level) {
      if (seen.has(at.digest) || seen.size >= MAX_DOCUMENTS) continue;
      seen.add(at.digest);
      const document = await read(source, at, options);
      if (document !== undefined) next.push(...note(found, at.digest, document));
    }
    level = next;
  }
  return found;
}

async function read(
  source: BlobSource,
  at: Descriptor,
  options: Cancel,
): Promise<Manifest | ImageIndex | undefined> {
  const kind = kindOf(at.mediaType);
  if (kind !== 'index' && kind !== 'manifest') return undefined;
  try {
    const bytes = await readDocument(source, at, options);
    return kind === 'index' ? parseIndex(bytes, at.digest) : parseManifest(bytes, at.digest);
  } catch (error) {
    if (isSampanError(error) && PROVES_NOTHING.has(error.code)) return undefined;
    throw error;
  }
}

interface Notes {
  readonly children: Map<Digest, readonly Digest[]>;
  readonly pins: Map<Digest, Digest>;
  readonly originals: Set<Digest>;
}

/** Returns what is to be read next. */
function note(found: Notes, digest: Digest, document: Manifest | ImageIndex): readonly Descriptor[] {
  const original = document.annotations?.[ORIGINAL_MANIFEST];
  if (isDigest(original)) found.originals.add(original);
  if ('manifests' in document) {
    const images = document.manifests.filter(each => !isAttestation(each));
    found.children.set(
      digest,
      images.map(each => each.digest),
    );
    return images;
  }
  const { config, layers } = document;
  // Of other things that are kept like images, the configuration pins nothing.
  const isImage = isConfigType(config.mediaType) && layers.every(layer => isLayerType(layer.mediaType));
  if (isImage) found.pins.set(digest, config.digest);
  return [];
}

/**
 * Whether a signature of `signed` is one of `image` too: it is the same; or an index that holds it; or a manifest
 * with the same configuration, which pins every byte of every layer by its diff ID, however they are compressed.
 * An index is covered when each of its images is.
 */
export function covers(signed: Digest, image: Digest, documents: Documents): boolean {
  const held = new Set(within(signed, documents));
  const pinned = new Set([...held].flatMap(each => documents.pins.get(each) ?? []));
  const parts = within(image, documents, held).filter(
    each => !documents.children.has(each) || held.has(each),
  );
  const isPinned = (part: Digest): boolean => {
    const pin = documents.pins.get(part);
    return pin !== undefined && pinned.has(pin);
  };
  return parts.length > 0 && parts.every(part => held.has(part) || isPinned(part));
}

/** A document with all that it reaches; nothing is looked for below those in `except`. */
function within(root: Digest, { children }: Documents, except?: ReadonlySet<Digest>): readonly Digest[] {
  const found = new Set([root]);
  for (const at of found) {
    if (except?.has(at)) continue;
    for (const child of children.get(at) ?? []) found.add(child);
  }
  return [...found];
}

/** The digests below which something may be attached that speaks of an image: itself, its parts, its originals. */
export function attachedTo(roots: readonly Descriptor[], documents: Documents): readonly Digest[] {
  const all = roots.flatMap(root => within(root.digest, documents));
  return [...new Set([...all, ...documents.originals])];
}
