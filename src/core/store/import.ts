import { type Digest, digestOf, inflate } from '../bytes/index.ts';
import { SampanError, wrap } from '../errors/index.ts';
import {
  type Descriptor,
  isAttestation,
  isLayerType,
  kindOf,
  layerType,
  type Manifest,
  MEDIA,
  parseConfig,
  parseIndex,
  parseManifest,
} from '../oci/index.ts';
import { eachAtOnce } from './copy.ts';
import { missingLayer, readDocument } from './image.ts';
import type { BlobSource, BlobStore, Cancel } from './port.ts';

/** On a manifest in the store: the digest of the one that it was made of. */
export const ORIGINAL_MANIFEST = 'dev.sampan.original.manifest';

const MAX_DEPTH = 4;
const AT_ONCE = 4;

/**
 * Copies an image or index and keeps its layers as plain tars, each verified against its diff ID. Where a
 * layer was compressed, the manifest is written again and names the original in an annotation; the
 * configuration, and so the image ID, is untouched. An image that is plain already keeps its digest.
 *
 * @returns the root as it is in the store.
 */
export async function importPlain(
  from: BlobSource,
  to: BlobStore,
  root: Descriptor,
  options: Cancel = {},
): Promise<Descriptor> {
  return await importNode({ from, to, ...options }, root, 0);
}

interface Sides extends Cancel {
  readonly from: BlobSource;
  readonly to: BlobStore;
}

async function importNode(sides: Sides, blob: Descriptor, depth: number): Promise<Descriptor> {
  if (depth > MAX_DEPTH) throw new SampanError('limit', `${blob.digest}: documents nested too deep`);
  const kind = kindOf(blob.mediaType);
  if (kind === 'index') return await importIndex(sides, blob, depth);
  if (kind === 'manifest') return await importManifest(sides, blob);
  throw new SampanError('unsupported', `${blob.digest}: not an image but ${blob.mediaType}`);
}

async function importIndex(sides: Sides, blob: Descriptor, depth: number): Promise<Descriptor> {
  const bytes = await readDocument(sides.from, blob, sides);
  const index = parseIndex(bytes, `index ${blob.digest}`);
  const manifests: Descriptor[] = [];
  for (const each of index.manifests) {
    // They are about manifests by digest, and those change.
    if (!isAttestation(each)) manifests.push(await importNode(sides, each, depth + 1));
  }
  const isSame = manifests.every(each => index.manifests.some(before => before.digest === each.digest));
  if (isSame && manifests.length === index.manifests.length) return await putDocument(sides, blob, bytes);
  const text = JSON.stringify({ ...index, manifests, annotations: original(index.annotations, blob) });
  return await putDocument(sides, blob, Buffer.from(text));
}

async function importManifest(sides: Sides, blob: Descriptor): Promise<Descriptor> {
  const bytes = await readDocument(sides.from, blob, sides);
  const manifest = parseManifest(bytes, `manifest ${blob.digest}`);
  const rawConfig = await readDocument(sides.from, manifest.config, sides);
  const layers = await importLayers(sides, manifest, rawConfig);
  await putDocument(sides, manifest.config, rawConfig);
  const plain = plainManifest({ manifest, bytes, digest: blob.digest, layers });
  const mediaType = plain === bytes ? blob.mediaType : MEDIA.manifest;
  return await putDocument(sides, { ...blob, mediaType }, plain);
}

/**
 * The manifest of an image when its layers are these: `bytes` themselves when they are so already, otherwise
 * written again with the digest of the original in an annotation.
 */
export function plainManifest(what: {
  readonly manifest: Manifest;
  readonly bytes: Buffer;
  readonly digest: Digest;
  readonly layers: readonly Descriptor[];
}): Buffer {
  const { manifest, bytes, digest, layers } = what;
  if (layers.every((layer, i) => layer.digest === manifest.layers[i]?.digest)) return bytes;
  const config = { ...manifest.config, mediaType: MEDIA.config };
  const annotations = original(manifest.annotations, { digest });
  return Buffer.from(JSON.stringify({ ...manifest, mediaType: MEDIA.manifest, config, layers, annotations }));
}

function original(
  annotations: Readonly<Record<string, string>> | undefined,
  blob: Pick<Descriptor, 'digest'>,
): Readonly<Record<string, string>> {
  return { ...annotations, [ORIGINAL_MANIFEST]: blob.digest };
}

async function importLayers(
  sides: Sides,
  manifest: Manifest,
  rawConfig: Buffer,
): Promise<readonly Descriptor[]> {
  if (!manifest.layers.every(layer => isLayerType(layer.mediaType))) {
    throw new SampanError('unsupported', 'an artifact, not an image: its layers are not file systems');
  }
  const diffIds = parseConfig(rawConfig).rootfs.diff_ids;
  if (diffIds.length !== manifest.layers.length) {
    throw new SampanError(
      'invalid',
      `the manifest has ${manifest.layers.length} layers and the configuration ${diffIds.length} diff IDs`,
    );
  }
  const stored = new Array<Descriptor>(diffIds.length);
  await eachAtOnce(manifest.layers, AT_ONCE, async (layer, i) => {
    stored[i] = await importLayer(sides, { layer, digest: diffIds[i]! });
  });
  return stored;
}

async function importLayer(
  sides: Sides,
  what: { readonly layer: Descriptor; readonly digest: Descriptor['digest'] },
): Promise<Descriptor> {
  const { layer, digest } = what;
  const { from, to, ...cancel } = sides;
  const mediaType = layerType('none');
  try {
    // What is here already costs no question to a source far away.
    if (!(await to.has(digest)) && !(await from.has(layer.digest))) throw missingLayer(layer);
    // The store verifies what it is given: once is enough.
    return await to.put(inflate(from.open(layer, cancel)), { mediaType, digest }, cancel);
  } catch (error) {
    throw wrap(`storing layer ${layer.digest}`, error);
  }
}

async function putDocument(sides: Sides, like: Descriptor, bytes: Buffer): Promise<Descriptor> {
  const { platform, mediaType } = like;
  const expected = { mediaType, digest: digestOf(bytes), size: bytes.length };
  const stored = await sides.to.put(once(bytes), expected, sides.signal ? { signal: sides.signal } : {});
  return platform === undefined ? stored : { ...stored, platform };
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
