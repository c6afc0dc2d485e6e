import { type Digest, hexOf } from '../bytes/index.ts';
import { SampanError } from '../errors/index.ts';
import { type Descriptor, kindOf, parseIndex, parseManifest } from '../oci/index.ts';
import { readDocument } from './image.ts';
import { entryName } from './layout.ts';
import type { BlobSource, Cancel } from './port.ts';

/** Optional power of a source: what was attached to an image, such as signatures and lists of contents. */
export interface ReferrerSource {
  /**
   * The manifests that refer to a manifest or index, each once, sorted by digest (distribution spec 1.1,
   * "Listing Referrers", and its fallback tag; also the older tags of cosign).
   */
  referrers(subject: Digest, options?: Cancel): Promise<readonly Descriptor[]>;
}

/** True for a source that knows what was attached to an image. */
export function isReferrerSource(source: BlobSource): source is BlobSource & ReferrerSource {
  return 'referrers' in source;
}

/** Optional power of a source: it keeps what is attached to its images. */
export interface AttachingSource {
  /** Puts a manifest that has a subject here with all that it points to, and lists it there. Idempotent. */
  attach(from: BlobSource, referrer: Descriptor, options?: Cancel): Promise<void>;
}

/** True for a source that takes attachments. */
export function isAttachingSource(source: BlobSource): source is BlobSource & AttachingSource {
  return 'attach' in source;
}

const MAX_ENTRIES = 10_000;

/**
 * On the entry of something attached in a layout: the digest of the image there that it is about. Its own subject
 * may be that image as a registry has it, with its layers compressed.
 */
export const ATTACHED_TO = 'dev.sampan.attached';

/** The source, which then also tells what is attached, by the entries of the index beside it. */
export function withReferrers<S extends BlobSource>(
  source: S,
  entries: () => Promise<readonly Descriptor[]>,
): S & ReferrerSource {
  return {
    ...source,
    referrers: async (subject, options = {}) =>
      await referrersAmong(await entries(), source, { ...options, subject }),
  };
}

/**
 * What refers to a manifest, by the entries of a layout's index: a manifest whose `subject` it is or whose entry
 * says that it is attached to it, one that the index under the fallback tag lists, or one that has a tag as cosign gave before (`sha256-….sig`).
 * Entries whose documents are not there are passed over.
 *
 * @throws SampanError `limit` for too many entries, or what reading them throws.
 */
export async function referrersAmong(
  entries: readonly Descriptor[],
  source: BlobSource,
  options: Cancel & { readonly subject: Digest },
): Promise<readonly Descriptor[]> {
  if (entries.length > MAX_ENTRIES) {
    throw new SampanError('limit', `an index of ${entries.length} entries, at most ${MAX_ENTRIES} are read`);
  }
  const fallback = `sha256-${hexOf(options.subject)}`;
  const found = new Map<Digest, Descriptor>();
  const add = (each: Descriptor): unknown => found.set(each.digest, withoutName(each));
  for (const entry of entries) {
    const tag = tagOf(entry);
    if (entry.annotations?.[ATTACHED_TO] === options.subject) add(entry);
    else if (tag === fallback) for (const each of await listed(source, entry, options)) add(each);
    else if (isOldTag(tag, fallback) || (await refersTo(source, entry, options))) add(entry);
  }
  return [...found.values()].toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
}

function tagOf(entry: Descriptor): string {
  const name = entryName(entry) ?? '';
  return name.slice(name.lastIndexOf(':') + 1);
}

function isOldTag(tag: string, fallback: string): boolean {
  return ['.sig', '.att', '.sbom'].some(end => tag === fallback + end);
}

function withoutName(entry: Descriptor): Descriptor {
  const { annotations = {}, ...rest } = entry;
  const kept = Object.entries(annotations).filter(
    ([key]) => key !== 'org.opencontainers.image.ref.name' && key !== 'io.containerd.image.name',
  );
  return kept.length === 0 ? rest : { ...rest, annotations: Object.fromEntries(kept) };
}

async function listed(
  source: BlobSource,
  entry: Descriptor,
  options: Cancel,
): Promise<readonly Descriptor[]> {
  if (kindOf(entry.mediaType) !== 'index' || !(await source.has(entry.digest))) return [];
  return parseIndex(await readDocument(source, entry, options), `referrers ${entry.digest}`).manifests;
}

async function refersTo(
  source: BlobSource,
  entry: Descriptor,
  options: Cancel & { readonly subject: Digest },
): Promise<boolean> {
  const kind = kindOf(entry.mediaType);
  if ((kind !== 'manifest' && kind !== 'index') || !(await source.has(entry.digest))) return false;
  const bytes = await readDocument(source, entry, options);
  const parse = kind === 'manifest' ? parseManifest : parseIndex;
  return parse(bytes, entry.digest).subject?.digest === options.subject;
}
