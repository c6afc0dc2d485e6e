import { lstatSync } from 'node:fs';
import { lstat, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type Content,
  type Digest,
  digestOf,
  hexOf,
  type Piece,
  parseDigest,
  systemPath,
} from '../bytes/index.ts';
import { SampanError, wrap } from '../errors/index.ts';
import { type Descriptor, MEDIA, parseConfig } from '../oci/index.ts';
import { openContent } from './content-source.ts';
import { eachAtOnce } from './copy.ts';
import { madeImage } from './docker-archive.ts';
import { type IndexedPieces, indexPieces, layerOfPieces } from './pieces.ts';
import type { BlobSource, LayerSource, LocalLayer, LocalSource } from './port.ts';
import { type SplitLayer, splitContent } from './tar-split.ts';

/** An image of a Docker with the overlay2 driver on this machine, read where Docker keeps it. */
export interface OverlayImage {
  readonly source: BlobSource & LocalSource & LayerSource;
  readonly root: Descriptor;
}

const MAX_CONFIG_BYTES = 4 << 20;

interface Found {
  readonly diffId: Digest;
  readonly place: SplitLayer;
  readonly indexed: IndexedPieces;
  readonly size: number;
}

/**
 * Opens an image by its ID under Docker's data directory. The layers' tars are made of Docker's own record of
 * their headers and of the unpacked files, so nothing is saved or copied; only headers are read here.
 *
 * @throws SampanError when this engine's data cannot be read, or is not as expected; then save the image.
 */
export async function openOverlayImage(dataDirectory: string, imageId: Digest): Promise<OverlayImage> {
  const base = join(dataDirectory, 'image', 'overlay2');
  const rawConfig = await readSmall(join(base, 'imagedb', 'content', 'sha256', hexOf(imageId)));
  if (digestOf(rawConfig) !== imageId) throw new SampanError('integrity', `${imageId}: another image`);
  const diffIds = parseConfig(rawConfig).rootfs.diff_ids;
  const found = new Array<Found>(diffIds.length);
  const chains = chainIds(diffIds);
  await eachAtOnce(diffIds, 2, async (diffId, i) => {
    const place = await locateLayer(dataDirectory, { chainId: chains[i]!, diffId });
    found[i] = await indexLayer(diffId, place);
  });
  return overlayImage(rawConfig, found);
}

/** The chain ID of each layer (OCI image spec 1.1, config.md, "Layer ChainID"). */
export function chainIds(diffIds: readonly Digest[]): readonly Digest[] {
  const chains: Digest[] = [];
  for (const diffId of diffIds) {
    const parent = chains.at(-1);
    chains.push(parent === undefined ? diffId : digestOf(`${parent} ${diffId}`));
  }
  return chains;
}

async function readSmall(path: string): Promise<Buffer> {
  try {
    const { size } = await lstat(path);
    if (size > MAX_CONFIG_BYTES) throw new SampanError('limit', `${size} bytes`);
    return await readFile(path);
  } catch (error) {
    throw wrap(`reading ${path}`, error);
  }
}

/** Where Docker keeps a layer. @throws SampanError when it is not there, or is another one. */
export async function locateLayer(
  dataDirectory: string,
  layer: { readonly chainId: Digest; readonly diffId: Digest },
): Promise<SplitLayer> {
  const at = join(dataDirectory, 'image', 'overlay2', 'layerdb', 'sha256', hexOf(layer.chainId));
  const diff = (await readSmall(join(at, 'diff'))).toString('latin1').trim();
  if (parseDigest(diff) !== layer.diffId) throw new SampanError('integrity', `${at}: another layer`);
  const cacheId = (await readSmall(join(at, 'cache-id'))).toString('latin1').trim();
  if (!/^[A-Za-z0-9_-]+$/.test(cacheId)) throw new SampanError('invalid', `${at}: not a cache ID`);
  return {
    split: join(at, 'tar-split.json.gz'),
    files: join(dataDirectory, 'overlay2', cacheId, 'diff'),
  };
}

async function indexLayer(diffId: Digest, place: SplitLayer): Promise<Found> {
  const tar = await splitContent(place);
  const indexed = indexPieces(tar);
  if (tar.size === 0) throw new SampanError('invalid', `${place.split}: empty`);
  checkFiles(place.files, indexed.files.values());
  return { diffId, place, indexed, size: tar.size };
}

/** No symlink may lead out of the layer. */
function checkFiles(root: string, pieces: Iterable<Piece>): void {
  const directories = new Set<string>();
  for (const piece of pieces) {
    if (piece.kind !== 'file') continue;
    directories.add(piece.path.slice(0, piece.path.lastIndexOf('/')));
  }
  const checked = new Set<string>([root, dirname(root)]);
  for (const directory of directories) {
    for (let at = directory; !checked.has(at) && at.startsWith(root); at = dirname(at)) {
      checked.add(at);
      const found = lstatSync(systemPath(at));
      if (!found.isDirectory()) throw new SampanError('unsupported', `${at} is not a directory`);
    }
  }
}

function overlayImage(rawConfig: Buffer, found: readonly Found[]): OverlayImage {
  const layers = found.map(each => ({ mediaType: MEDIA.layer, digest: each.diffId, size: each.size }));
  const made = madeImage({ what: 'the engine', rawConfig, layers, blobs: new Map() });
  const byDigest = new Map(found.map(each => [each.diffId, each]));
  return { root: made.root, source: overlaySource(made.source, byDigest) };
}

function overlaySource(
  documents: BlobSource & LocalSource,
  layers: ReadonlyMap<Digest, Found>,
): BlobSource & LocalSource & LayerSource {
  const contentOf = async (blob: Descriptor): Promise<Content | undefined> => {
    const layer = layers.get(blob.digest);
    return layer === undefined ? await documents.contentOf(blob) : await splitContent(layer.place);
  };
  return {
    open: (blob, options) => openContent('the engine', contentOf, { blob, ...options }),
    has: async digest => layers.has(digest) || (await documents.has(digest)),
    contentOf,
    localLayer: async diffId => localLayer(layers.get(diffId)),
  };
}

function localLayer(layer: Found | undefined): LocalLayer | undefined {
  if (layer === undefined) return undefined;
  const local = layerOfPieces(layer.diffId, layer.indexed, async () => await splitContent(layer.place));
  return { ...local, directory: layer.place.files };
}
