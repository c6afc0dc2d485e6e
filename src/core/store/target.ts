import { resolve } from 'node:path';
import { type Digest, writeAtomically } from '../bytes/index.ts';
import { inspectImage, loadImages } from '../docker/index.ts';
import { SampanError, wrap } from '../errors/index.ts';
import { type Descriptor, normalName, parseReference } from '../oci/index.ts';
import { dockerArchiveFiles, ociArchiveFiles, writeArchive } from './archive-writer.ts';
import { blobDirectory } from './blob-directory.ts';
import { copy, graphOf } from './copy.ts';
import { imageFrom, resolveImage } from './image.ts';
import type { ImageTarget, WriteImageOptions, Written } from './image-target.ts';
import { importPlain } from './import.ts';
import { changeLayoutIndex, withEntry } from './layout.ts';
import { parseImageName } from './names.ts';
import type { StoreContext } from './opened.ts';
import { nameStored } from './own-store.ts';
import { plainCopy } from './plain.ts';
import type { BlobSource, Bytes, Cancel } from './port.ts';

/**
 * The place that a person names for a result. A bare name is one in the store. A bare path is an OCI layout
 * when it ends in `/`, an OCI archive when it ends in `.oci` or `.oci.tar`, otherwise a Docker archive.
 *
 * @throws SampanError `usage` or `unsupported`.
 */
export function openTarget(text: string, context: StoreContext): ImageTarget {
  const name = parseImageName(text);
  switch (name.transport) {
    case 'store':
    case 'any':
      return storeTarget(normalName(name.name), context);
    case 'docker-daemon':
      return daemonTarget(normalName(name.name), context);
    case 'docker-archive':
      return dockerArchiveTarget(name, context);
    case 'oci-archive':
      return ociArchiveTarget(name);
    case 'oci':
      return layoutTarget(name);
    case 'path':
      return pathTarget(name, context);
    case 'docker':
      if (context.registries !== undefined) return context.registries.target(name.name, context);
      throw unsupported('a registry');
    case 'dir':
      throw unsupported('a root file system');
  }
}

function unsupported(what: string): SampanError {
  return new SampanError('unsupported', `images are not written to ${what} here`, {
    remedy:
      'write to docker-daemon:NAME, docker-archive:FILE, oci-archive:FILE or oci:DIR, then go on from there',
  });
}

type File = { readonly path: string; readonly reference?: string };

function pathTarget(place: File, context: StoreContext): ImageTarget {
  if (place.path.endsWith('/')) return layoutTarget(place);
  return /\.oci(\.tar)?$/.test(place.path) ? ociArchiveTarget(place) : dockerArchiveTarget(place, context);
}

function storeTarget(name: string, context: StoreContext): ImageTarget {
  const { store } = context;
  return {
    name: `store:${name}`,
    write: async (source, root, options = {}) => {
      const stored = await importPlain(source, store.blobs, root, options);
      await nameStored(store, name, { ...options, root: stored });
      return await written(`store:${name}`, store.blobs, stored);
    },
  };
}

async function written(name: string, source: BlobSource, root: Descriptor): Promise<Written> {
  const imageId = await imageFrom(source, root)
    .manifest()
    .then(manifest => manifest.config.digest)
    .catch(() => undefined);
  return { name, root, ...(imageId === undefined ? {} : { imageId }) };
}

function layoutTarget(place: File): ImageTarget {
  const path = resolve(place.path);
  const name = `oci:${place.path}`;
  return {
    name,
    write: async (source, root, options = {}) => {
      const tag = place.reference ?? tagOf(options.reference);
      await copy(source, blobDirectory(path), root, options);
      await changeLayoutIndex(path, index => withEntry(index, root, tag), options);
      return await written(tag === undefined ? name : `${name}:${tag}`, source, root);
    },
  };
}

/** Layouts name their images by the tag alone. */
function tagOf(reference: string | undefined): string | undefined {
  return reference === undefined ? undefined : parseReference(normalName(reference)).tag;
}

function ociArchiveTarget(place: File): ImageTarget {
  const name = `oci-archive:${place.path}`;
  return {
    name,
    write: async (source, root, options = {}) => {
      const tag = place.reference ?? tagOf(options.reference);
      const blobs = await graphOf(source, root, options);
      const files = ociArchiveFiles({ source, root, blobs, name: tag }, options);
      await writeAtomically(resolve(place.path), writeArchive(files), options);
      return await written(name, source, root);
    },
  };
}

function dockerArchiveTarget(place: File, context: StoreContext): ImageTarget {
  const name = `docker-archive:${place.path}`;
  return {
    name,
    write: async (source, root, options = {}) => {
      const reference = place.reference ?? options.reference;
      return await withDockerArchive(source, root, { context, ...options, reference }, async archive => {
        await writeAtomically(resolve(place.path), archive.bytes, options);
        return { name, root: archive.root, imageId: archive.imageId };
      });
    },
  };
}

interface DockerArchive {
  readonly bytes: Bytes;
  readonly root: Descriptor;
  readonly imageId: Digest;
}

interface ArchiveOptions extends WriteImageOptions {
  readonly context: StoreContext;
}

/** Makes the stream of a Docker archive, without a file where all layers are plain already. */
async function withDockerArchive<T>(
  source: BlobSource,
  root: Descriptor,
  options: ArchiveOptions,
  use: (archive: DockerArchive) => Promise<T>,
): Promise<T> {
  const { context, reference } = options;
  const manifest = await resolveImage(source, root, { what: 'the image', wanted: context.platform });
  await using plain = await plainCopy(source, manifest, { ...options, workDirectory: context.workDirectory });
  const { config, layers } = await imageFrom(plain.source, plain.root).manifest();
  const blobs = await graphOf(plain.source, plain.root, options);
  const tags = reference === undefined ? [] : [normalName(reference)];
  const plan = { source: plain.source, root: plain.root, blobs, config, layers, tags };
  const bytes = writeArchive(dockerArchiveFiles(plan, options));
  return await use({ bytes, root: plain.root, imageId: config.digest });
}

function daemonTarget(name: string, context: StoreContext): ImageTarget {
  return {
    name: `docker-daemon:${name}`,
    write: async (source, root, options = {}) =>
      await withDockerArchive(source, root, { context, ...options, reference: name }, async archive => {
        await load(archive, { name, context, ...options });
        return { name: `docker-daemon:${name}`, root: archive.root, imageId: archive.imageId };
      }),
  };
}

async function load(
  archive: DockerArchive,
  options: Cancel & { readonly name: string; readonly context: StoreContext },
): Promise<void> {
  const { name, context } = options;
  const docker = await context.docker();
  await loadImages(docker, archive.bytes, options).catch(error => {
    throw wrap(`loading ${name} into the engine`, error);
  });
  const details = await inspectImage(docker, name, options);
  // An engine with containerd's store calls an image by its manifest.
  if (details.id === archive.imageId || details.id === archive.root.digest) return;
  throw new SampanError('integrity', `the engine has ${name} as ${details.id}, wanted ${archive.imageId}`);
}
