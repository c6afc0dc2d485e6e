import { bytesContent, type Digest, digestOf, verified } from '../../../core/bytes/index.ts';
import { inspectImage } from '../../../core/docker/index.ts';
import { SampanError } from '../../../core/errors/index.ts';
import {
  type Descriptor,
  layerType,
  type Manifest,
  MEDIA,
  parseConfig,
  parseManifest,
} from '../../../core/oci/index.ts';
import {
  type BlobSource,
  type Bytes,
  type Cancel,
  contentSource,
  plainManifest,
} from '../../../core/store/index.ts';
import type { OpenBundle } from '../../bundle/index.ts';
import { broken } from '../bytes/index.ts';
import type { DeltaHeader, NewLayer } from '../format/index.ts';
import { type DeltaFile, openDeltaFile, verifyDeltaFile } from './file.ts';
import { findOld, type OldImage, type OldLookup } from './old.ts';
import { rebuildLayer } from './rebuild.ts';

/** A delta together with the image that it builds on: as good as an archive of the new image. */
export interface OpenDelta extends OpenBundle {
  readonly header: DeltaHeader;
  /** The manifest as it was where the delta was made; the one that `images` names has plain layers. */
  readonly original: Digest;
  /** Where the old image is; absent when the new one is here already. */
  readonly old: string | undefined;
}

/**
 * Opens a delta: the file is read whole and verified, and the old image found. What comes out can be loaded as
 * any archive that lacks layers: those that did not change are not in it. Layers are rebuilt as they are read,
 * and each stream ends on its diff ID or throws.
 *
 * @throws SampanError `invalid`, `integrity` for a damaged file, `unsupported` for a newer version, `not-found`
 * saying which image is needed.
 */
export async function openDelta(path: string, context: OldLookup): Promise<OpenDelta> {
  const delta = openDeltaFile(path);
  const documents = documentsOf(delta.header);
  await verifyDeltaFile(delta, context);
  const old = await oldFor(delta, documents, context);
  const { root, original, contents } = documents;
  const subjects = new Set([root.digest, original]);
  const source = rebuiltSource(
    { delta, relieve: context.relieve },
    { contents: contentSource(path, contents), subjects },
    old,
  );
  const names = delta.header.new.name === undefined ? [] : [delta.header.new.name];
  return {
    path,
    isBundle: true,
    header: delta.header,
    original,
    old: old?.name,
    source,
    images: [{ names, root }],
    [Symbol.asyncDispose]: async () => await old?.[Symbol.asyncDispose](),
  };
}

interface Documents {
  readonly root: Descriptor;
  readonly original: Digest;
  readonly imageId: Digest;
  readonly contents: ReadonlyMap<Digest, ReturnType<typeof bytesContent>>;
}

/** The documents of the new image; what they say of layers must be what the delta says. */
function documentsOf({ new: fresh }: DeltaHeader): Documents {
  const bytes = Buffer.from(fresh.manifest);
  const config = Buffer.from(fresh.config);
  const manifest = parseManifest(bytes, 'the manifest in the delta');
  checkDocuments(fresh, manifest, config);
  const original = digestOf(bytes);
  const mediaType = layerType('none');
  const layers = fresh.layers.map(({ diffId, size }) => ({ mediaType, digest: diffId, size }));
  const plain = plainManifest({ manifest, bytes, digest: original, layers });
  const rootType = plain === bytes ? fresh.mediaType : MEDIA.manifest;
  const root = { mediaType: rootType, digest: digestOf(plain), size: plain.length };
  const contents = new Map<Digest, ReturnType<typeof bytesContent>>([
    [original, bytesContent(bytes)],
    [root.digest, bytesContent(plain)],
    [manifest.config.digest, bytesContent(config)],
  ]);
  for (const text of fresh.documents) contents.set(digestOf(text), bytesContent(Buffer.from(text)));
  return { root, original, imageId: manifest.config.digest, contents };
}

function checkDocuments(fresh: DeltaHeader['new'], manifest: Manifest, config: Buffer): void {
  if (digestOf(config) !== manifest.config.digest || config.length !== manifest.config.size) {
    throw broken('its configuration is not the one that its manifest names');
  }
  const diffIds = parseConfig(config, 'the configuration in the delta').rootfs.diff_ids;
  const isSame = diffIds.length === fresh.layers.length && diffIds.length === manifest.layers.length;
  if (!isSame || !diffIds.every((diffId, i) => fresh.layers[i]?.diffId === diffId)) {
    throw broken('its layers are not those that its configuration names');
  }
}

/** The old image, unless the new one is here: then nothing needs to be rebuilt. */
async function oldFor(
  delta: DeltaFile,
  documents: Documents,
  context: OldLookup,
): Promise<OldImage | undefined> {
  try {
    return await findOld(delta.header, context);
  } catch (error) {
    if (!(error instanceof SampanError) || error.code !== 'not-found') throw error;
    if (await isHere(delta.header, documents, context)) return undefined;
    throw error;
  }
}

async function isHere(header: DeltaHeader, documents: Documents, context: OldLookup): Promise<boolean> {
  const stored = await Promise.all(header.new.layers.map(layer => context.store.blobs.has(layer.diffId)));
  if (stored.every(each => each)) return true;
  try {
    await inspectImage(await context.docker(), documents.imageId, context);
    return true;
  } catch {
    return false;
  }
}

interface Rebuilding {
  readonly delta: DeltaFile;
  readonly relieve: (() => void) | undefined;
}

function rebuiltSource(
  { delta, relieve }: Rebuilding,
  about: { readonly contents: ReturnType<typeof contentSource>; readonly subjects: ReadonlySet<Digest> },
  old: OldImage | undefined,
): OpenBundle['source'] {
  const { contents: documents, subjects } = about;
  const { attached } = delta.header.new;
  const layers = new Map<Digest, NewLayer>(
    delta.header.new.layers.filter(layer => layer.recipe !== undefined).map(layer => [layer.diffId, layer]),
  );
  const source: BlobSource = {
    has: async digest => (old !== undefined && layers.has(digest)) || (await documents.has(digest)),
    open: (blob, options) => {
      const layer = layers.get(blob.digest);
      if (layer === undefined || old === undefined) return documents.open(blob, options);
      return rebuilt({ delta, relieve, layer, old }, options);
    },
  };
  return {
    ...source,
    contentOf: async blob => (layers.has(blob.digest) ? undefined : await documents.contentOf(blob)),
    referrers: async subject => (subjects.has(subject) ? attached : []),
  };
}

async function* rebuilt(
  parts: Rebuilding & { readonly layer: NewLayer; readonly old: OldImage },
  options: Cancel = {},
): Bytes {
  const { delta, layer, old, relieve } = parts;
  using recipe = delta.recipe(layer);
  const stream = rebuildLayer({ recipe, old: old.space, size: layer.size, relieve, ...options });
  yield* verified(stream, { what: `layer ${layer.diffId}`, digest: layer.diffId, size: layer.size });
}
