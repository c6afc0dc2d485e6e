import { type Digest, digestOf } from '../../core/bytes/index.ts';
import {
  type Descriptor,
  isAttestation,
  isIndexType,
  isManifestType,
  MEDIA,
  parseIndex,
  parseManifest,
} from '../../core/oci/index.ts';
import { eachAtOnce, graphOf, ORIGINAL_MANIFEST, readDocument } from '../../core/store/index.ts';
import { fetchManifest, pushManifest, type RemoteManifest } from './manifests.ts';
import { isCompressedOnTheWay, type PushRoute, pushBlob } from './push-blob.ts';
import { pushReferrer } from './referrers.ts';

/** What a push did. */
export interface PushReport {
  /** What the tag names now. */
  readonly root: Descriptor;
  /** Bytes of blobs that the registry did not have. */
  readonly carriedBytes: number;
}

const AT_ONCE = 3;

/**
 * Pushes an image or index with all that it points to, and gives it its tags last, so that a tag never names
 * something that is not whole. An image whose layers are compressed already keeps its digest.
 *
 * @throws SampanError saying which blob and what failed.
 */
export async function pushImage(
  route: PushRoute,
  root: Descriptor,
  tags: readonly string[],
): Promise<PushReport> {
  const graph = await graphOf(route.source, root, route.signal === undefined ? {} : { signal: route.signal });
  const isDocument = (blob: Descriptor): boolean =>
    isManifestType(blob.mediaType) || isIndexType(blob.mediaType);
  const done = new Map<Digest, Descriptor>();
  const original = await originalOf(route, root);
  if (original !== undefined) return { root: await name(route, original, tags), carriedBytes: 0 };
  let carriedBytes = 0;
  await eachAtOnce(graph.filter(blob => !isDocument(blob)).toSorted(largestFirst), AT_ONCE, async blob => {
    const pushed = await pushBlob(route, blob);
    done.set(blob.digest, pushed.descriptor);
    carriedBytes += pushed.carriedBytes;
  });
  let last: RemoteManifest | undefined;
  for (const blob of graph.filter(isDocument)) {
    last = await documentFor(route, blob, done);
    done.set(blob.digest, last.descriptor);
    if (blob.digest === root.digest && tags.length > 0 && !(await hasSubject(last))) continue;
    await pushDocument(route, last);
  }
  if (last === undefined) throw new TypeError('a graph without its root');
  return { root: await name(route, last, tags), carriedBytes };
}

/** The longest work first: it decides when all is done. */
function largestFirst(a: Descriptor, b: Descriptor): number {
  return b.size - a.size;
}

async function name(
  route: PushRoute,
  manifest: RemoteManifest,
  tags: readonly string[],
): Promise<Descriptor> {
  const { repository, signal } = route;
  for (const reference of tags) await pushManifest(repository, manifest, { reference, signal });
  return manifest.descriptor;
}

async function hasSubject({ descriptor, bytes }: RemoteManifest): Promise<boolean> {
  return (
    isManifestType(descriptor.mediaType) && parseManifest(bytes, descriptor.digest).subject !== undefined
  );
}

async function pushDocument({ repository, signal }: PushRoute, document: RemoteManifest): Promise<void> {
  if (await hasSubject(document)) await pushReferrer(repository, document, { signal });
  else await pushManifest(repository, document, { reference: document.descriptor.digest, signal });
}

/**
 * A manifest that the store made of one that was compressed says which one that was. Where the repository has that
 * one, it is the same image, and nothing needs to be compressed again.
 */
async function originalOf(route: PushRoute, root: Descriptor): Promise<RemoteManifest | undefined> {
  const { source, repository, signal, compression } = route;
  if (compression === 'none' || !isManifestType(root.mediaType)) return undefined;
  const ours = parseManifest(await readDocument(source, root), root.digest);
  const digest = ours.annotations?.[ORIGINAL_MANIFEST];
  if (digest === undefined || !/^sha256:[0-9a-f]{64}$/.test(digest)) return undefined;
  const theirs = await fetchManifest(repository, digest, { signal }).catch(() => undefined);
  if (theirs === undefined || !isManifestType(theirs.descriptor.mediaType)) return undefined;
  const { config } = parseManifest(theirs.bytes, digest);
  return config.digest === ours.config.digest ? theirs : undefined;
}

/** The document as it is, or written again where something that it points to has another digest now. */
async function documentFor(
  route: PushRoute,
  blob: Descriptor,
  done: ReadonlyMap<Digest, Descriptor>,
): Promise<RemoteManifest> {
  const bytes = await readDocument(
    route.source,
    blob,
    route.signal === undefined ? {} : { signal: route.signal },
  );
  const text = isIndexType(blob.mediaType) ? newIndex(bytes, done) : newManifest(route, bytes, done);
  if (text === undefined) return { descriptor: blob, bytes };
  const written = Buffer.from(text);
  const mediaType = isIndexType(blob.mediaType) ? blob.mediaType : MEDIA.manifest;
  return { bytes: written, descriptor: { mediaType, digest: digestOf(written), size: written.length } };
}

function newManifest(
  { compression }: PushRoute,
  bytes: Buffer,
  done: ReadonlyMap<Digest, Descriptor>,
): string | undefined {
  const manifest = parseManifest(bytes);
  if (!manifest.layers.some(layer => isCompressedOnTheWay(layer, compression))) return undefined;
  const layers = manifest.layers.map(layer => done.get(layer.digest) ?? layer);
  const config = { ...manifest.config, mediaType: MEDIA.config };
  const { [ORIGINAL_MANIFEST]: _, ...annotations } = manifest.annotations ?? {};
  const { annotations: __, ...rest } = manifest;
  const kept = Object.keys(annotations).length === 0 ? {} : { annotations };
  return JSON.stringify({ ...rest, mediaType: MEDIA.manifest, config, layers, ...kept });
}

function newIndex(bytes: Buffer, done: ReadonlyMap<Digest, Descriptor>): string | undefined {
  const index = parseIndex(bytes);
  const isSame = index.manifests.every(each => (done.get(each.digest) ?? each).digest === each.digest);
  if (isSame) return undefined;
  const manifests = index.manifests
    // They are about manifests by digest, and those changed.
    .filter(each => !isAttestation(each))
    .map(each => ({ ...each, ...pointerTo(done.get(each.digest) ?? each) }));
  return JSON.stringify({ ...index, manifests });
}

function pointerTo({
  mediaType,
  digest,
  size,
}: Descriptor): Pick<Descriptor, 'mediaType' | 'digest' | 'size'> {
  return { mediaType, digest, size };
}
