import type { Digest } from '../bytes/index.ts';
import { isSampanError, SampanError } from '../errors/index.ts';
import { type Descriptor, type ImageIndex, kindOf, parseManifest } from '../oci/index.ts';
import { childrenOf, copy, graphOf } from './copy.ts';
import { readDocument } from './image.ts';
import { changeLayoutIndex } from './layout.ts';
import type { BlobSource, BlobStore, Cancel } from './port.ts';
import { ATTACHED_TO } from './referrers.ts';

/** A layout on this machine: its directory, and what is in it. */
export interface Layout {
  readonly directory: string;
  readonly blobs: BlobStore;
}

const MAX_REFERRERS = 1000;
const MAX_DOCUMENTS = 512;

/**
 * Lists a manifest whose blobs are in a layout as attached to an image there, which its referrers then show.
 * Idempotent.
 */
export async function attachReferrer(
  layout: Pick<Layout, 'directory'>,
  referrer: Descriptor,
  options: Cancel & { readonly to: Digest },
): Promise<void> {
  const { to, ...cancel } = options;
  await changeLayoutIndex(layout.directory, index => withAttached(index, referrer, to), cancel);
}

function withAttached(index: ImageIndex, referrer: Descriptor, to: Digest): ImageIndex {
  const { mediaType, digest, size, artifactType = mediaType } = referrer;
  const entry = { mediaType, digest, size, artifactType, annotations: { [ATTACHED_TO]: to } };
  const others = index.manifests.filter(
    each => each.digest !== digest || each.annotations?.[ATTACHED_TO] !== to,
  );
  return { ...index, manifests: [...others, entry] };
}

/** What {@link copyReferrers} copies. */
export interface CopyReferrersOptions extends Cancel {
  readonly referrers: readonly Descriptor[];
  /** The image that they are about, as the layout has it. */
  readonly to: Digest;
}

/**
 * Copies what is attached to an image, with the documents that it is about: the layout may keep the image with
 * other compression, and these tell that it is the same one.
 *
 * @throws SampanError `limit` for more than 1000, or what the copying throws.
 */
export async function copyReferrers(
  from: BlobSource,
  layout: Layout,
  options: CopyReferrersOptions,
): Promise<void> {
  const { referrers, to, ...cancel } = options;
  if (referrers.length > MAX_REFERRERS) {
    throw new SampanError('limit', `more than ${MAX_REFERRERS} things are attached to ${to}`);
  }
  for (const referrer of referrers) {
    await copy(from, layout.blobs, referrer, cancel);
    for (const document of await subjectDocuments(from, referrer, cancel)) {
      const { mediaType, digest, size } = document;
      await layout.blobs.put(from.open(document, cancel), { mediaType, digest, size }, cancel);
    }
    await attachReferrer(layout, await typed(from, referrer), { ...cancel, to });
  }
}

async function typed(source: BlobSource, referrer: Descriptor): Promise<Descriptor> {
  if (kindOf(referrer.mediaType) !== 'manifest') return referrer;
  const { artifactType, config } = parseManifest(await readDocument(source, referrer), referrer.digest);
  return { ...referrer, artifactType: artifactType ?? config.mediaType };
}

/**
 * The manifests and indexes that something attached is about, as far as the source has them; no configuration
 * and no layer. What is damaged is left out.
 */
export async function subjectDocuments(
  source: BlobSource,
  referrer: Descriptor,
  options: Cancel = {},
): Promise<readonly Descriptor[]> {
  if (kindOf(referrer.mediaType) !== 'manifest') return [];
  const { subject } = parseManifest(await readDocument(source, referrer, options), referrer.digest);
  const found = new Map<Digest, Descriptor>();
  const next = subject === undefined ? [] : [subject];
  for (const at of next) {
    const kind = kindOf(at.mediaType);
    if (found.has(at.digest) || found.size >= MAX_DOCUMENTS) continue;
    if (kind !== 'index' && kind !== 'manifest') continue;
    const children = await childrenOf(source, at, options).catch(orNothing);
    if (children === undefined) continue;
    found.set(at.digest, at);
    next.push(...children);
  }
  return [...found.values()];
}

/** A source that is away may have it all the same. */
function orNothing(error: unknown): undefined {
  const isMissing = (['not-found', 'invalid', 'integrity', 'limit', 'unsupported'] as const).some(code =>
    isSampanError(error, code),
  );
  if (!isMissing) throw error;
}

/** All blobs that something attached needs, those of its subject's documents among them. */
export async function attachedBlobs(
  source: BlobSource,
  referrer: Descriptor,
): Promise<readonly Descriptor[]> {
  return [...(await graphOf(source, referrer)), ...(await subjectDocuments(source, referrer))];
}
