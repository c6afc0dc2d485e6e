import type { Digest } from '../../core/bytes/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import {
  type Descriptor,
  formatPlatform,
  isAttestation,
  isManifestType,
  kindOf,
  parseManifest,
} from '../../core/oci/index.ts';
import {
  type BlobSource,
  type Cancel,
  graphOf,
  imageFrom,
  isReferrerSource,
  readDocument,
  subjectDocuments,
} from '../../core/store/index.ts';
import { type ChainedLayer, chained } from './target.ts';

/** An image to bundle. */
export interface Wanted {
  /** As Docker shows it, `nginx:1.27`; absent for an image without one. */
  readonly name?: string | undefined;
  readonly source: BlobSource;
  /** What is carried: one manifest, or an index with all its platforms. */
  readonly root: Descriptor;
  /** The one that `manifest.json` names. */
  readonly main: Descriptor;
}

/** A layer of an image, and its blob. */
export interface BundledLayer extends ChainedLayer {
  readonly blob: Descriptor;
}

/** One manifest with what it needs. */
export interface BundledManifest {
  readonly manifest: Descriptor;
  readonly config: Descriptor;
  readonly platform: string;
  readonly layers: readonly BundledLayer[];
}

/** Something attached to an image: a signature, a list of contents. */
export interface Referrer {
  readonly root: Descriptor;
  /** All that it reaches, it among them, and the documents that it is about: they may be none of the image's own. */
  readonly blobs: readonly Descriptor[];
}

/** An image to bundle, looked at: its documents are read, its layers are not. */
export interface Item extends Wanted {
  readonly manifests: readonly BundledManifest[];
  /** All that the root reaches, it among them. */
  readonly blobs: readonly Descriptor[];
  readonly referrers: readonly Referrer[];
}

const MAX_REFERRERS = 1000;
const MAX_DEPTH = 3;

/** Reads what an image consists of, and what is attached to it. @throws what reading its documents throws. */
export async function lookAt(
  wanted: Wanted,
  options: Cancel & { readonly bare?: boolean } = {},
): Promise<Item> {
  const { source, root } = wanted;
  const blobs = await graphOf(source, root, options);
  const manifests: BundledManifest[] = [];
  for (const blob of blobs) {
    if (isManifestType(blob.mediaType) && !isAttestation(blob)) {
      manifests.push(await manifestOf(source, blob));
    }
  }
  const subjects = blobs.filter(blob => kindOf(blob.mediaType) === 'index' || isManifestType(blob.mediaType));
  const referrers = options.bare === true ? [] : await referrersOf(source, subjects, options);
  return { ...wanted, manifests, blobs, referrers };
}

async function manifestOf(source: BlobSource, blob: Descriptor): Promise<BundledManifest> {
  const image = imageFrom(source, blob);
  const [manifest, config, layers] = [await image.manifest(), await image.config(), await image.layers()];
  const all = chained(config.rootfs.diff_ids);
  return {
    manifest: blob,
    config: manifest.config,
    platform: formatPlatform(config),
    layers: layers.map((layer, i) => ({ ...all[i]!, blob: layer.descriptor })),
  };
}

/** What refers to these, and what refers to that: a signature of a list of contents. */
async function referrersOf(
  source: BlobSource,
  subjects: readonly Descriptor[],
  options: Cancel,
): Promise<readonly Referrer[]> {
  if (!isReferrerSource(source)) return [];
  const found = new Map<Digest, Referrer>();
  let next = subjects;
  for (let depth = 0; depth < MAX_DEPTH && next.length > 0; depth += 1) {
    const fresh: Descriptor[] = [];
    for (const subject of next) {
      for (const root of await source.referrers(subject.digest, options)) {
        if (found.has(root.digest)) continue;
        if (found.size >= MAX_REFERRERS) {
          throw new SampanError('limit', `more than ${MAX_REFERRERS} signatures and lists are attached`);
        }
        const typed = await withArtifactType(source, root);
        const blobs = await graphOf(source, root, options);
        const documents = await subjectDocuments(source, root, options);
        found.set(root.digest, { root: typed, blobs: [...blobs, ...documents] });
        fresh.push(root);
      }
    }
    next = fresh;
  }
  return [...found.values()].sort((a, b) => (a.root.digest < b.root.digest ? -1 : 1));
}

/** A list of referrers says of what type each is (distribution spec 1.1, "Listing Referrers"). */
async function withArtifactType(source: BlobSource, root: Descriptor): Promise<Descriptor> {
  if (root.artifactType !== undefined || !isManifestType(root.mediaType)) {
    return { ...root, artifactType: root.artifactType ?? root.mediaType };
  }
  const manifest = parseManifest(await readDocument(source, root), `manifest ${root.digest}`);
  return { ...root, artifactType: manifest.artifactType ?? manifest.config.mediaType };
}
