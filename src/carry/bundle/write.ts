import { type Digest, hexOf } from '../../core/bytes/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import {
  type Descriptor,
  formatReference,
  isForeignLayer,
  isLayerType,
  MEDIA,
  parseReference,
  type Reference,
} from '../../core/oci/index.ts';
import {
  type ArchiveFile,
  type BlobSource,
  BUNDLE_VERSION,
  type Cancel,
  containerdNames,
  LAYOUT_FILE,
  textFile,
} from '../../core/store/index.ts';
import type { BundledManifest, Item } from './item.ts';

/** On the entry of something attached: of which manifest. */
const BUNDLED_REFERRER = 'dev.sampan.bundle.referrer';

/**
 * The files of a bundle: an OCI layout and a Docker archive in one (docs/bundles.md). Documents come before
 * layers, images in the order of their names: the same images give the same bytes. Layers in `leftOut` are
 * named but not carried.
 */
export function bundleFiles(
  items: readonly Item[],
  leftOut: ReadonlySet<Digest>,
  options: Cancel = {},
): readonly ArchiveFile[] {
  const sorted = items.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const documents = new Map<Digest, ArchiveFile>();
  const layers = new Map<Digest, ArchiveFile>();
  for (const { source, blobs, referrers } of sorted) {
    for (const blob of [...blobs, ...referrers.flatMap(referrer => referrer.blobs)]) {
      const isLayer = isLayerType(blob.mediaType);
      if (isLayer && (leftOut.has(blob.digest) || isForeignLayer(blob))) continue;
      (isLayer ? layers : documents).set(blob.digest, fileOf(source, blob, options));
    }
  }
  return [
    textFile('oci-layout', LAYOUT_FILE),
    textFile('index.json', JSON.stringify(indexOf(sorted))),
    textFile('manifest.json', JSON.stringify(sorted.map(dockerEntry))),
    ...documents.values(),
    ...layers.values(),
  ];
}

function keyOf(item: Item): string {
  return `${item.name ?? ''} ${item.root.digest}`;
}

function fileOf(source: BlobSource, blob: Descriptor, options: Cancel): ArchiveFile {
  return { path: blobPath(blob.digest), size: blob.size, open: () => source.open(blob, options) };
}

function blobPath(digest: Digest): string {
  return `blobs/sha256/${hexOf(digest)}`;
}

function indexOf(items: readonly Item[]): object {
  const isOnly = items.length === 1;
  const images = items.map(item => ({ ...bare(item.root), ...named(item.name, isOnly) }));
  const attached = new Map<Digest, Descriptor>();
  for (const { referrers } of items) for (const { root } of referrers) attached.set(root.digest, root);
  return {
    schemaVersion: 2,
    mediaType: MEDIA.index,
    manifests: [...images, ...[...attached.values()].map(attachedEntry)],
    annotations: { [BUNDLE_VERSION]: '1' },
  };
}

function bare({ mediaType, digest, size, platform, artifactType }: Descriptor): Descriptor {
  return {
    mediaType,
    digest,
    size,
    ...(platform === undefined ? {} : { platform }),
    ...(artifactType === undefined ? {} : { artifactType }),
  };
}

/** Without a name: engines make an image of everything that has one. */
function attachedEntry(root: Descriptor): Descriptor {
  return { ...bare(root), annotations: { ...root.annotations, [BUNDLED_REFERRER]: 'true' } };
}

/** A tag alone would be ambiguous where there are several. */
function named(
  name: string | undefined,
  isOnly: boolean,
): { readonly annotations?: Readonly<Record<string, string>> } {
  if (name === undefined) return {};
  const names = containerdNames(name);
  return { annotations: isOnly ? names : { ...names, 'org.opencontainers.image.ref.name': name } };
}

function dockerEntry(item: Item): object {
  const main = mainManifest(item);
  const reference = item.name === undefined ? undefined : parseReference(item.name);
  return {
    Config: blobPath(main.config.digest),
    RepoTags: reference === undefined ? null : tagsOf(reference),
    Layers: main.layers.map(layer => blobPath(layer.blob.digest)),
  };
}

/** Whole, so that Podman does not take it for a local one; a tag is all that the format has. */
function tagsOf(reference: Reference): readonly string[] | null {
  return reference.digest === undefined ? [formatReference(reference)] : null;
}

/** The manifest of an item that a Docker archive names. */
export function mainManifest(item: Item): BundledManifest {
  const found = item.manifests.find(({ manifest }) => manifest.digest === item.main.digest);
  if (found !== undefined) return found;
  throw new SampanError('internal', `${item.main.digest} is not among the manifests of ${item.root.digest}`);
}
