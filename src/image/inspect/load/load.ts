import { stat } from 'node:fs/promises';
import {
  type Content,
  contentChunks,
  type Digest,
  detectCompression,
  inflate,
  sliceContent,
} from '../../../core/bytes/index.ts';
import { isSampanError, SampanError, wrap } from '../../../core/errors/index.ts';
import { type Descriptor, type ImageConfig, isForeignLayer, isLayerType } from '../../../core/oci/index.ts';
import type {
  BlobSource,
  Bytes,
  Cancel,
  LayerSource,
  LocalLayer,
  LocalSource,
  OpenImage,
} from '../../../core/store/index.ts';
import {
  addEntry,
  ColumnWriter,
  partialContent,
  type StreamedScan,
  scanPlainTar,
  scanStream,
} from '../scan/index.ts';
import type { ContentOf } from '../stack/index.ts';
import type { ScanCache } from './cache.ts';
import { contentIn, ofFile, powers } from './contents.ts';
import type { LoadedLayer, UnreadLayer } from './layer.ts';
import { OpenFiles } from './reader.ts';

/** An image with all its layers read. Its contents can be read until it is disposed of. */
export interface LoadedImage extends Disposable {
  readonly config: ImageConfig;
  /** Every layer of the manifest, the lowest first. */
  readonly layers: readonly (LoadedLayer | UnreadLayer)[];
}

/** How many layers are read at once: inflating happens in threads, so that each core has one. */
const AT_ONCE = 4;

/**
 * Reads the layers of an image; nothing is unpacked or written, but for what `cache` remembers. Of plain layers only
 * headers are read. A layer of an unknown type, or one that lies elsewhere, is told, not read.
 *
 * @throws SampanError `unsupported` for an image that is not for Linux, `not-found` for a layer that is missing,
 * `integrity`, `invalid`.
 */
export async function loadImage(
  image: OpenImage,
  options: Cancel & { readonly cache: ScanCache },
): Promise<LoadedImage> {
  const config = await image.image.config();
  if (config.os !== 'linux') {
    throw new SampanError('unsupported', `an image for ${config.os || 'no system'}, only linux is handled`, {
      remedy: 'choose a Linux image of it with --platform linux/amd64 or another',
    });
  }
  const { layers } = await image.image.manifest();
  const diffIds = config.rootfs.diff_ids;
  const files = new OpenFiles();
  const known = new Map<Digest, Promise<LoadedLayer | UnreadLayer>>();
  const loaded = new Array<LoadedLayer | UnreadLayer>(layers.length);
  const waiting = [...layers.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [i, descriptor] = next;
      const reading =
        known.get(descriptor.digest) ?? loadLayer(descriptor, diffIds[i], { image, files, ...options });
      known.set(descriptor.digest, reading);
      loaded[i] = await reading;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { config, layers: loaded, [Symbol.dispose]: () => files[Symbol.dispose]() };
}

type LoadOptions = Cancel & {
  readonly image: OpenImage;
  readonly cache: ScanCache;
  readonly files: OpenFiles;
};

async function loadLayer(
  descriptor: Descriptor,
  diffId: Digest | undefined,
  options: LoadOptions,
): Promise<LoadedLayer | UnreadLayer> {
  const unread = (reason: string): UnreadLayer => ({ descriptor, diffId, reason });
  if (!isLayerType(descriptor.mediaType))
    return unread(`not a file system layer but ${descriptor.mediaType}`);
  if (diffId === undefined) {
    throw new SampanError('invalid', `the configuration has no diff ID for layer ${descriptor.digest}`);
  }
  try {
    return await readLayer(descriptor, diffId, options);
  } catch (error) {
    const isElsewhere = isForeignLayer(descriptor) || descriptor.urls !== undefined;
    if (isElsewhere && isSampanError(error, 'not-found')) {
      return unread(`a foreign layer, to be fetched from ${descriptor.urls?.[0] ?? 'elsewhere'}`);
    }
    throw wrap(`layer ${descriptor.digest}`, error);
  }
}

async function readLayer(descriptor: Descriptor, diffId: Digest, options: LoadOptions): Promise<LoadedLayer> {
  const { source } = options.image;
  const direct = isLayerSource(source) ? await source.localLayer(diffId) : undefined;
  if (direct !== undefined) return ofEntries(descriptor, direct);
  const plain = await plainContent(source, descriptor);
  if (plain === undefined) return await readStreamed(descriptor, diffId, options);
  const [piece] = plain.pieces;
  if (plain.pieces.length === 1 && piece?.kind === 'file') {
    // Not remembered: reading headers again is as quick as reading what was written of them.
    const scan = scanPlainTar(piece);
    return ofFile({ descriptor, diffId, scan }, { files: options.files, tar: piece, plain });
  }
  const { scan } = await scanStream(chunks(plain));
  return { descriptor, diffId, scan, contents: 'whole', ...powers(row => contentIn(plain, scan, row)) };
}

async function* chunks(content: Content): Bytes {
  yield* contentChunks(content);
}

/** Names a range of a file as it is now. */
async function fileKey(tar: {
  readonly path: string;
  readonly offset: number;
  readonly size: number;
}): Promise<string> {
  const { dev, ino, size, mtimeMs, ctimeMs } = await stat(tar.path);
  return JSON.stringify([dev, ino, size, mtimeMs, ctimeMs, tar.offset, tar.size]);
}

/** Names an image with all that is read of it: the same name, the same report. */
export async function imageKey(image: OpenImage): Promise<string> {
  const { config, layers } = await image.image.manifest();
  const { source } = image;
  const keys = await Promise.all(
    layers.map(async layer => {
      const isThere = isLayerSource(source) || (await source.has(layer.digest));
      // What an engine keeps is its own word; what a file holds is not what its name says.
      const content =
        !isLayerSource(source) && isLocalSource(source) ? await source.contentOf(layer) : undefined;
      const [piece] = content?.pieces ?? [];
      return [layer, isThere, piece?.kind === 'file' ? await fileKey(piece) : ''];
    }),
  );
  return JSON.stringify([config.digest, ...keys]);
}

async function readStreamed(
  descriptor: Descriptor,
  diffId: Digest,
  { image, cache, ...cancel }: LoadOptions,
): Promise<LoadedLayer> {
  const key = `blob ${descriptor.digest}`;
  let streamed: StreamedScan | undefined = await cache.readScan(key);
  if (streamed === undefined) {
    if (!(await image.source.has(descriptor.digest))) {
      throw new SampanError('not-found', `layer ${descriptor.digest} is not with the image`, {
        remedy: 'copy or save the image again, it is not whole',
      });
    }
    streamed = await scanStream(inflate(image.source.open(descriptor, cancel)));
    await cache.writeScan(key, streamed);
  }
  const { scan, captured } = streamed;
  return {
    descriptor,
    diffId,
    scan,
    contents: 'parts',
    ...powers(row => partialContent(captured.get(row), scan.size[row]!)),
  };
}

function isLayerSource(source: BlobSource): source is BlobSource & LayerSource {
  return 'localLayer' in source;
}

function isLocalSource(source: BlobSource): source is BlobSource & LocalSource {
  return 'contentOf' in source;
}

/** The tar itself, where the source has it as it is. Its bytes decide, not its media type. */
async function plainContent(source: BlobSource, descriptor: Descriptor): Promise<Content | undefined> {
  const content = isLocalSource(source) ? await source.contentOf(descriptor) : undefined;
  if (content === undefined) return undefined;
  const [head] = contentChunks(sliceContent(content, 0, 8));
  return detectCompression(head ?? new Uint8Array()) === 'none' ? content : undefined;
}

function ofEntries(descriptor: Descriptor, local: LocalLayer): LoadedLayer {
  const writer = new ColumnWriter(local.entries.length);
  for (const entry of local.entries) addEntry(writer, entry);
  const last = local.entries.at(-1);
  const end = last === undefined ? 0 : last.contentOffset + last.storedSize;
  return {
    descriptor,
    diffId: local.diffId,
    scan: writer.finish(Math.max(end, descriptor.size)),
    contents: 'whole',
    ...powers(row => local.content(local.entries[row]!)),
  };
}

/** The contents of the layers that could be read, by their place among those. */
export function contentsOf(layers: readonly LoadedLayer[]): ContentOf {
  return (layer, row) => layers[layer]!.content(row);
}
