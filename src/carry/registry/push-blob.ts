import { type Compression, deflate, verified } from '../../core/bytes/index.ts';
import { SampanError, wrap } from '../../core/errors/index.ts';
import { type Descriptor, isForeignLayer, layerCompression, layerType } from '../../core/oci/index.ts';
import { type BlobSource, type Cancel, isLocalSource } from '../../core/store/index.ts';
import { hasBlob } from './blobs.ts';
import type { PushMemory } from './memory.ts';
import { isRegistrySource } from './source.ts';
import type { Repository } from './types.ts';
import { type NewBlob, type UploadedBlob, uploadBlob } from './upload.ts';

/** From where to where, and how. */
export interface PushRoute extends Cancel {
  readonly source: BlobSource;
  readonly repository: Repository;
  readonly memory: PushMemory;
  /** How layers go that are plain at the source. */
  readonly compression: Compression;
}

/** What a blob is at the registry, and whether it had to be carried. */
export interface PushedBlob {
  readonly descriptor: Descriptor;
  readonly carriedBytes: number;
}

/** True for a layer that is compressed on its way. */
export function isCompressedOnTheWay(blob: Descriptor, compression: Compression): boolean {
  return compression !== 'none' && layerCompression(blob.mediaType) === 'none';
}

/**
 * Brings a configuration or a layer over, if the registry does not have it. Plain layers are compressed on the way,
 * without a file in between. A foreign layer that the source does not have stays where it is.
 *
 * @throws SampanError saying which blob failed.
 */
export async function pushBlob(route: PushRoute, blob: Descriptor): Promise<PushedBlob> {
  try {
    if (isForeignLayer(blob) && !(await route.source.has(blob.digest)))
      return { descriptor: blob, carriedBytes: 0 };
    if (isCompressedOnTheWay(blob, route.compression)) return await pushCompressed(route, blob);
    const pushed = await upload(route, blob.digest, {
      what: `blob ${blob.digest}`,
      open: () => route.source.open(blob, cancelOf(route)),
      content: async () => (isLocalSource(route.source) ? await route.source.contentOf(blob) : undefined),
      digest: blob.digest,
      size: blob.size,
      mountFrom: mountable(route),
    });
    return { descriptor: blob, carriedBytes: pushed.isCarried ? blob.size : 0 };
  } catch (error) {
    throw wrap(`pushing ${blob.digest}`, error);
  }
}

function cancelOf({ signal }: Cancel): Cancel {
  return signal === undefined ? {} : { signal };
}

/** A repository of the same registry that has the blob as it is. */
function mountable({ source, repository }: PushRoute): readonly string[] {
  if (!isRegistrySource(source)) return [];
  const from = source.repository;
  return from.origin === repository.origin && from.path !== repository.path ? [from.path] : [];
}

async function upload(
  { repository, memory, signal }: PushRoute,
  what: string,
  blob: Omit<NewBlob, 'signal' | 'begun' | 'onLocation'>,
): Promise<UploadedBlob> {
  const key = `${repository.origin} ${repository.path} ${what}`;
  const pushed = await uploadBlob(repository, {
    ...blob,
    signal,
    begun: await memory.upload(key),
    onLocation: location => memory.rememberUpload(key, location),
  });
  await memory.rememberUpload(key, undefined);
  return pushed;
}

async function pushCompressed(route: PushRoute, blob: Descriptor): Promise<PushedBlob> {
  const { source, repository, memory, compression } = route;
  const how = `${compression}-${process.versions.zlib}-${process.versions.zstd ?? ''}`;
  const known = await memory.compressed(blob.digest, how);
  const mediaType = layerType(compression);
  if (known !== undefined && (await hasBlob(repository, known.digest, cancelOf(route)))) {
    return { descriptor: described(blob, { mediaType, ...known }), carriedBytes: 0 };
  }
  if (!(await source.has(blob.digest))) throw new SampanError('not-found', 'it is not with the image');
  const plain = () =>
    verified(source.open(blob, cancelOf(route)), { what: blob.digest, digest: blob.digest });
  const { digest, size, isCarried } = await upload(route, `${blob.digest} ${how}`, {
    what: `layer ${blob.digest}`,
    open: () => deflate(plain(), compression),
  });
  await memory.rememberCompressed(blob.digest, how, { digest, size });
  return { descriptor: described(blob, { mediaType, digest, size }), carriedBytes: isCarried ? size : 0 };
}

function described(
  { annotations }: Descriptor,
  is: Pick<Descriptor, 'mediaType' | 'digest' | 'size'>,
): Descriptor {
  const { mediaType, digest, size } = is;
  return { mediaType, digest, size, ...(annotations === undefined ? {} : { annotations }) };
}
