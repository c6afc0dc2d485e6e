import { type Digest, hexOf } from '../../../core/bytes/index.ts';
import { type Docker, engineInfo, inspectImage, listImages } from '../../../core/docker/index.ts';
import { isSampanError, SampanError } from '../../../core/errors/index.ts';
import { layerType } from '../../../core/oci/index.ts';
import {
  chainIds,
  imageFrom,
  listStored,
  locateLayer,
  resolveImage,
  type StoreContext,
} from '../../../core/store/index.ts';
import { type ByteSpace, contentSpace, joinSpaces } from '../bytes/index.ts';
import type { DeltaHeader, DeltaLayer } from '../format/index.ts';
import { savedSpaces } from './saved.ts';
import { type OwnedSpace, splitSpace } from './split-space.ts';

/** The old image, to read from: all its layers' tars, one after the other. */
export interface OldImage extends AsyncDisposable {
  /** Where it is, for people. */
  readonly name: string;
  readonly space: ByteSpace;
}

/** Where to look for it. */
export interface OldLookup extends StoreContext {
  /** The name that a person gave; otherwise it is looked for by what it is. */
  readonly oldName?: string | undefined;
  /** Called after every few megabytes that are rebuilt: what was consumed may be freed. */
  readonly relieve?: (() => void) | undefined;
  /** Told, for people, what temporary room is needed before it is taken. */
  readonly tell?: ((text: string) => void) | undefined;
}

/**
 * Finds an image of this machine that has the layers which a delta reads: in the store, then in the engine.
 * Its name does not matter, only what it consists of.
 *
 * @throws SampanError `not-found` saying which image is needed.
 */
export async function findOld(header: DeltaHeader, context: OldLookup): Promise<OldImage> {
  const needed = header.old.read.map(index => header.old.layers[index]!);
  const stored = await inStore(header, needed, context);
  if (stored !== undefined) return stored;
  const docker = await context.docker().catch(error => {
    if (isSampanError(error, 'unavailable') || isSampanError(error, 'denied')) return undefined;
    throw error;
  });
  const found = docker === undefined ? undefined : await inEngine(header, { needed, docker, context });
  if (found !== undefined) return found;
  throw missingOld(header, needed, docker !== undefined);
}

function missingOld(header: DeltaHeader, needed: readonly DeltaLayer[], hasEngine: boolean): SampanError {
  const { name, imageId } = header.old;
  const what = name === undefined ? `image ${imageId}` : `${name} (image ${imageId})`;
  const layers = needed.length === 1 ? 'layer' : 'layers';
  const where = hasEngine
    ? 'neither in the store nor in the engine'
    : 'not in the store, and no engine answers';
  const digests = needed.map(({ diffId }) => `sha256:${hexOf(diffId).slice(0, 12)}`).join(', ');
  return new SampanError(
    'not-found',
    `the delta builds on ${what}, whose ${layers} ${digests} ${needed.length === 1 ? 'is' : 'are'} ${where}`,
    { remedy: 'load that image first, or make a delta for the image that this device has' },
  );
}

async function inStore(
  header: DeltaHeader,
  needed: readonly DeltaLayer[],
  context: OldLookup,
): Promise<OldImage | undefined> {
  const { store } = context;
  await inflateStored(needed, context);
  const spaces = new Map<Digest, ByteSpace>();
  for (const { diffId, size } of needed) {
    const content = await store.blobs.contentOf({ mediaType: '', digest: diffId, size });
    if (content === undefined) return undefined;
    spaces.set(diffId, contentSpace(content));
  }
  const space = joinedSpace(header, spaces);
  return { name: 'the store', space, [Symbol.asyncDispose]: async () => space[Symbol.dispose]() };
}

/** Images with signatures are kept as they were signed, with compressed layers. */
async function inflateStored(needed: readonly DeltaLayer[], context: OldLookup): Promise<void> {
  const { blobs } = context.store;
  const lacking = new Set<Digest>();
  for (const { diffId } of needed) if (!(await blobs.has(diffId))) lacking.add(diffId);
  if (lacking.size === 0) return;
  for (const { name, root } of await listStored(context.store)) {
    const found = await resolveImage(blobs, root, { what: name, wanted: context.platform })
      .then(async manifest => await imageFrom(blobs, manifest).layers())
      // An image that is not whole, or of another platform, is not the one.
      .catch(() => []);
    if (![...lacking].every(diffId => found.some(layer => layer.diffId === diffId))) continue;
    for (const layer of found) {
      if (!lacking.delete(layer.diffId)) continue;
      await blobs.put(layer.tar(context), { mediaType: layerType('none'), digest: layer.diffId }, context);
    }
    return;
  }
}

interface EngineSearch {
  readonly needed: readonly DeltaLayer[];
  readonly docker: Docker;
  readonly context: OldLookup;
}

async function inEngine(header: DeltaHeader, search: EngineSearch): Promise<OldImage | undefined> {
  const { docker, context, needed } = search;
  for await (const id of candidates(header, search)) {
    const details = await inspectImage(docker, id, context).catch(error => {
      if (isSampanError(error, 'not-found')) return undefined;
      throw error;
    });
    const diffIds = details?.diffIds ?? [];
    if (details === undefined || !needed.every(layer => diffIds.includes(layer.diffId))) continue;
    const open = new AsyncDisposableStack();
    try {
      const layers = await openLayers({ diffIds: digestsOf(diffIds), id: details.id }, search, open);
      const space = joinedSpace(header, layers);
      return { name: `docker-daemon:${id}`, space, [Symbol.asyncDispose]: () => open.disposeAsync() };
    } catch (error) {
      await open.disposeAsync();
      throw error;
    }
  }
  return undefined;
}

function digestsOf(texts: readonly string[]): readonly Digest[] {
  return texts.filter((text): text is Digest => /^sha256:[0-9a-f]{64}$/.test(text));
}

async function* candidates(header: DeltaHeader, { docker, context }: EngineSearch): AsyncGenerator<string> {
  if (context.oldName !== undefined) {
    yield context.oldName.replace(/^docker-daemon:/, '');
    return;
  }
  yield header.old.imageId;
  if (header.old.name !== undefined) yield header.old.name;
  for (const { id } of await listImages(docker, context)) yield id;
}

async function openLayers(
  image: { readonly id: string; readonly diffIds: readonly Digest[] },
  { needed, docker, context }: EngineSearch,
  open: AsyncDisposableStack,
): Promise<ReadonlyMap<Digest, ByteSpace>> {
  const unpacked = await openUnpacked(image.diffIds, { needed, docker, context }, open);
  if (unpacked !== undefined) return unpacked;
  const saved = open.use(await savedSpaces({ id: image.id, needed, docker, tell: context.tell }, context));
  return saved.spaces;
}

/** Absent where Docker's own directories cannot be read. */
async function openUnpacked(
  diffIds: readonly Digest[],
  { needed, docker, context }: EngineSearch,
  open: AsyncDisposableStack,
): Promise<ReadonlyMap<Digest, ByteSpace> | undefined> {
  if (docker.kind !== 'docker') return undefined;
  const info = await engineInfo(docker, context);
  if (info.storageDriver !== 'overlay2' || info.containerdStore || info.dataDirectory === '')
    return undefined;
  const chains = chainIds(diffIds);
  const spaces = new Map<Digest, ByteSpace>();
  for (const { diffId, size } of needed) {
    const chainId = chains[diffIds.indexOf(diffId)]!;
    const owned = await openSplit(info.dataDirectory, { chainId, diffId }, context);
    if (owned === undefined) return undefined;
    open.use(owned);
    if (owned.space.size !== size) return undefined;
    spaces.set(diffId, owned.space);
  }
  return spaces;
}

async function openSplit(
  dataDirectory: string,
  layer: { readonly chainId: Digest; readonly diffId: Digest },
  context: OldLookup,
): Promise<OwnedSpace | undefined> {
  try {
    return await splitSpace(await locateLayer(dataDirectory, layer), context.workDirectory);
  } catch (error) {
    // Another user's directories, or another machine's: then the engine saves the image.
    if (isSampanError(error, 'cancelled') || isSampanError(error, 'no-space')) throw error;
    return undefined;
  }
}

function joinedSpace(header: DeltaHeader, spaces: ReadonlyMap<Digest, ByteSpace>): ByteSpace {
  return joinSpaces(header.old.layers.map(layer => spaces.get(layer.diffId) ?? absent(layer)));
}

/** A layer that no recipe reads keeps its place. */
function absent({ size, diffId }: DeltaLayer): ByteSpace {
  return {
    size,
    read: () => {
      throw new SampanError(
        'invalid',
        `the delta is broken: it reads layer ${diffId}, which it said it would not`,
      );
    },
    [Symbol.dispose]: () => {},
  };
}
