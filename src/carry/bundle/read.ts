import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Digest, detectCompression } from '../../core/bytes/index.ts';
import { SampanError, wrap } from '../../core/errors/index.ts';
import {
  type Descriptor,
  type ImageIndex,
  kindOf,
  normalName,
  parseReference,
  shortReference,
} from '../../core/oci/index.ts';
import {
  type ArchiveFiles,
  archivedBlobs,
  archivedImages,
  type BlobSource,
  BUNDLE_VERSION,
  type Cancel,
  contentSource,
  entryName,
  isBundle,
  type LocalSource,
  ociArchiveBlobs,
  ociArchiveIndex,
  openArchive,
  type ReferrerSource,
  spool,
  withReferrers,
} from '../../core/store/index.ts';

/** An image in an archive. */
export interface ArchiveImage {
  /** As Docker shows them; none for an image without a name. */
  readonly names: readonly string[];
  /** An index, or the manifest itself. */
  readonly root: Descriptor;
}

/** A bundle, or another archive of images. Disposing it removes what was inflated for it. */
export interface OpenBundle extends AsyncDisposable {
  /** As the person named it. */
  readonly path: string;
  /** True for one that Sampan wrote: it may lack layers. */
  readonly isBundle: boolean;
  readonly source: BlobSource & LocalSource & ReferrerSource;
  readonly images: readonly ArchiveImage[];
}

/** What opening needs. */
export interface OpenBundleOptions extends Cancel {
  /** Where a file that is compressed as a whole is inflated to. */
  readonly workDirectory: string;
}

const MAX_IMAGES = 1000;
const HEAD_BYTES = 8;

/**
 * Opens a bundle, an OCI archive or a Docker archive; documents of the index are read, layers are not.
 *
 * @throws SampanError `unsupported` for something else or a newer version, `invalid`, `limit`, `no-space`.
 */
export async function openBundle(path: string, options: OpenBundleOptions): Promise<OpenBundle> {
  const { archive, dispose } = await openFile(path, options);
  try {
    const read = await readArchive(archive, { path, ...options });
    return { path, ...read, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw wrap(`reading ${path}`, error);
  }
}

async function openFile(
  path: string,
  options: OpenBundleOptions,
): Promise<{ readonly archive: ArchiveFiles; readonly dispose: () => Promise<void> }> {
  const head = await headOf(path);
  if (detectCompression(head) === 'none') {
    return { archive: await openArchive(path), dispose: async () => undefined };
  }
  const file = await spool(options.workDirectory, createReadStream(path), options);
  const dispose = async (): Promise<void> => await file[Symbol.asyncDispose]();
  try {
    return { archive: await openArchive(file.path), dispose };
  } catch (error) {
    await dispose();
    // The work file means nothing to a person.
    throw wrap(`reading ${path}`, error);
  }
}

/** The first bytes of a file, as many as there are of eight. @throws SampanError `usage` for no regular file. */
export async function headOf(path: string): Promise<Uint8Array> {
  try {
    if (!(await stat(path)).isFile()) throw new SampanError('usage', 'not a file');
    await using file = await open(path, 'r');
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw wrap(`reading ${path}`, error);
  }
}

type Read = Pick<OpenBundle, 'isBundle' | 'source' | 'images'>;

async function readArchive(
  archive: ArchiveFiles,
  options: Cancel & { readonly path: string },
): Promise<Read> {
  if (isBundle(archive)) return readLayout(archive, options.path);
  if (archive.find('manifest.json') !== undefined) return await readDocker(archive, options);
  if (archive.find('index.json') !== undefined) return readLayout(archive, options.path);
  throw new SampanError('unsupported', 'neither a bundle, an OCI archive nor a Docker archive', {
    remedy: 'write one with sampan bundle, docker save, or skopeo copy … oci-archive:FILE',
  });
}

function readLayout(archive: ArchiveFiles, path: string): Read {
  const index = ociArchiveIndex(archive);
  checkVersion(index);
  if (index.manifests.length > MAX_IMAGES) {
    throw new SampanError('limit', `${index.manifests.length} entries, at most ${MAX_IMAGES} are read`);
  }
  const source = withReferrers(ociArchiveBlobs(archive), async () => index.manifests);
  const images = new Map<Digest, { readonly names: string[]; readonly root: Descriptor }>();
  for (const entry of index.manifests) {
    if (!isImage(entry)) continue;
    const image = images.get(entry.digest) ?? { names: [], root: entry };
    images.set(entry.digest, image);
    const name = wholeName(entry, path);
    if (name !== undefined && !image.names.includes(name)) image.names.push(name);
  }
  return {
    isBundle: index.annotations?.[BUNDLE_VERSION] !== undefined,
    source,
    images: [...images.values()],
  };
}

function checkVersion(index: ImageIndex): void {
  const version = index.annotations?.[BUNDLE_VERSION];
  if (version === undefined || version === '1') return;
  throw new SampanError('unsupported', `a bundle of version ${JSON.stringify(version.slice(0, 20))}`, {
    remedy: 'take a newer Sampan; this one reads version 1',
  });
}

/** What is attached to an image is none. */
function isImage(entry: Descriptor): boolean {
  const kind = kindOf(entry.mediaType);
  const tag = (entryName(entry) ?? '').split(':').at(-1) ?? '';
  return (
    (kind === 'manifest' || kind === 'index') &&
    entry.artifactType === undefined &&
    !/^sha256-[0-9a-f]{64}/.test(tag)
  );
}

/** Layouts of others have the tag alone: the file then says what it is called. */
function wholeName(entry: Descriptor, path: string): string | undefined {
  const name = entryName(entry);
  if (name === undefined) return undefined;
  const isTag = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(name);
  return normalName(isTag ? `${stemOf(path)}:${name}` : name);
}

/** A name of an image made of the name of a file: `App-1.2.tar.gz` is `app-1.2`. */
export function stemOf(path: string): string {
  const name = basename(path)
    .replace(/(?:\.oci|\.bundle)?(?:\.(?:tar|tgz|oci|tar\.gz|tar\.zst|tzst))?$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/[._-]{2,}/g, '-')
    .replace(/^[._-]+|[._-]+$/g, '');
  return name === '' ? 'image' : name;
}

async function readDocker(archive: ArchiveFiles, options: Cancel): Promise<Read> {
  const images: ArchiveImage[] = [];
  const sources: (BlobSource & LocalSource)[] = [];
  for (const image of archivedImages(archive)) {
    const { source, root } = await archivedBlobs(archive, image, options);
    sources.push(source);
    images.push({ names: image.tags.map(tag => shortReference(parseReference(tag))), root });
  }
  return { isBundle: false, source: withReferrers(anyOf(sources, archive.path), async () => []), images };
}

function anyOf(sources: readonly (BlobSource & LocalSource)[], path: string): BlobSource & LocalSource {
  const none = contentSource(path, new Map());
  const holding = async (digest: Digest): Promise<BlobSource & LocalSource> => {
    for (const source of sources) if (await source.has(digest)) return source;
    return none;
  };
  return {
    has: async digest => await (await holding(digest)).has(digest),
    contentOf: async blob => await (await holding(blob.digest)).contentOf(blob),
    open: async function* (blob, options) {
      yield* (await holding(blob.digest)).open(blob, options);
    },
  };
}
