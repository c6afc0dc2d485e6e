import {
  type Content,
  contentChunks,
  type Digest,
  detectCompression,
  inflate,
  sliceContent,
  verified,
} from '../bytes/index.ts';
import { SampanError, wrap } from '../errors/index.ts';
import { MEDIA } from '../oci/index.ts';
import { indexTar, type TarEntry, tarContent } from '../tar/index.ts';
import { eachAtOnce } from './copy.ts';
import { digestInThread } from './hashing.ts';
import { isLocalSource, missingLayer } from './image.ts';
import type { OwnStore } from './own-store.ts';
import { indexPieces, layerOfPieces } from './pieces.ts';
import type { BlobSource, Cancel, Image, Layer, LayerSource, LocalLayer } from './port.ts';
import { readTable, writeTable } from './table.ts';

const AT_ONCE = 4;

/**
 * The layers of an image with their entries, and their bytes at hand on this machine. A plain layer in a local
 * file stays where it is and is not verified yet, see {@link LocalLayer.verify}; another one is inflated into
 * the store, and is verified then. Diff IDs that occur twice are read once.
 *
 * @throws SampanError `not-found` for missing layers, `unsupported`, `integrity`, `no-space`.
 */
export async function localLayers(
  image: Image,
  source: BlobSource,
  options: Cancel & { readonly store: OwnStore },
): Promise<readonly LocalLayer[]> {
  const layers = await image.layers();
  const found = new Map<Digest, LocalLayer>();
  const distinct = [...new Map(layers.map(layer => [layer.diffId, layer])).values()];
  await eachAtOnce(distinct, AT_ONCE, async layer => {
    found.set(layer.diffId, await localLayer(layer, source, options));
  });
  return layers.map(layer => found.get(layer.diffId)!);
}

async function localLayer(
  layer: Layer,
  source: BlobSource,
  options: Cancel & { readonly store: OwnStore },
): Promise<LocalLayer> {
  const direct = isLayerSource(source) ? await source.localLayer(layer.diffId) : undefined;
  if (direct !== undefined) return direct;
  try {
    const here = await plainHere(layer, source);
    if (here !== undefined) return await layerOf(layer.diffId, here, options);
    return await layerOf(layer.diffId, await inflated(layer, source, options), options);
  } catch (error) {
    throw wrap(`layer ${layer.descriptor.digest}`, error);
  }
}

function isLayerSource(source: BlobSource): source is BlobSource & LayerSource {
  return 'localLayer' in source;
}

/** The tar itself, where the source has it as it is. Its bytes decide, not its media type. */
async function plainHere(layer: Layer, source: BlobSource): Promise<Content | undefined> {
  if (!isLocalSource(source)) return undefined;
  const content = await source.contentOf(layer.descriptor);
  if (content === undefined) return undefined;
  const [head] = contentChunks(sliceContent(content, 0, 8));
  return detectCompression(head ?? new Uint8Array()) === 'none' ? content : undefined;
}

/** The tar in the store. */
async function inflated(
  layer: Layer,
  source: BlobSource,
  options: Cancel & { readonly store: OwnStore },
): Promise<Content> {
  const { blobs } = options.store;
  const digest = layer.diffId;
  if (!(await blobs.has(digest)) && !(await source.has(layer.descriptor.digest))) {
    throw missingLayer(layer.descriptor);
  }
  const tar = verified(inflate(layer.blob(options)), { what: 'the tar inside', digest });
  const stored = await blobs.put(tar, { mediaType: MEDIA.layer, digest }, options);
  const content = await blobs.contentOf(stored);
  if (content !== undefined) return content;
  throw new SampanError('internal', `${digest} vanished from the store`);
}

async function layerOf(
  diffId: Digest,
  tar: Content,
  options: Cancel & { readonly store: OwnStore },
): Promise<LocalLayer> {
  const [piece] = tar.pieces;
  if (tar.pieces.length !== 1 || piece?.kind !== 'file') {
    return layerOfPieces(diffId, indexPieces(tar), async () => tar);
  }
  const isStored = piece.path.startsWith(`${options.store.directory}/blobs/`);
  const entries = await entriesOf(diffId, piece, { ...options, isStored });
  return {
    diffId,
    entries,
    content: entry => tarContent(entry, tar),
    verify: async (cancel: Cancel = {}) => {
      const got = await digestInThread(tar, cancel);
      if (got !== diffId) throw new SampanError('integrity', `layer: wanted ${diffId}, got ${got}`);
    },
  };
}

/** Only layers of the store have tables: their name says what they hold. */
async function entriesOf(
  diffId: Digest,
  tar: { readonly path: string; readonly offset: number; readonly size: number },
  options: Cancel & { readonly store: OwnStore; readonly isStored: boolean },
): Promise<readonly TarEntry[]> {
  const { tables } = options.store;
  const remembered = options.isStored ? await readTable(tables, diffId) : undefined;
  if (remembered !== undefined) return remembered;
  const entries = indexTar(tar);
  // A table only saves time: a full disk must not stop the reading.
  if (options.isStored) await writeTable(tables, diffId, { ...options, entries }).catch(() => undefined);
  return entries;
}
