import { type Digest, hexOf } from '../bytes/index.ts';
import { type Descriptor, formatReference, parseReference } from '../oci/index.ts';
import { tarEnd, tarHeader, tarPadding } from '../tar/index.ts';
import { EMPTY_INDEX, LAYOUT_FILE, withEntry } from './layout.ts';
import type { BlobSource, Bytes, Cancel } from './port.ts';

/** A file of an archive that is written: its bytes are asked for once. */
export interface ArchiveFile {
  readonly path: string;
  readonly size: number;
  open(): Bytes;
}

/** A tar of regular files. Times, owners and order are fixed: the same files give the same bytes. */
export async function* writeArchive(files: readonly ArchiveFile[]): Bytes {
  for (const file of files) {
    yield tarHeader({
      type: 'file',
      path: file.path,
      size: file.size,
      mode: 0o644,
      uid: 0,
      gid: 0,
      mtime: 0,
    });
    yield* file.open();
    yield tarPadding(file.size);
  }
  yield tarEnd();
}

/** A file that is held in memory. */
export function textFile(path: string, text: string): ArchiveFile {
  const bytes = Buffer.from(text);
  return {
    path,
    size: bytes.length,
    async *open() {
      yield bytes;
    },
  };
}

/** A blob as the file of an OCI layout. */
function blobFile(source: BlobSource, blob: Descriptor, options?: Cancel): ArchiveFile {
  return { path: blobPath(blob.digest), size: blob.size, open: () => source.open(blob, options) };
}

function blobPath(digest: Digest): string {
  return `blobs/sha256/${hexOf(digest)}`;
}

/** What an archive is to hold. */
export interface ArchivePlan {
  readonly source: BlobSource;
  /** Of the image or index. */
  readonly root: Descriptor;
  /** All blobs to write, the root among them. */
  readonly blobs: readonly Descriptor[];
  readonly name?: string | undefined;
}

/** The files of an OCI archive: an OCI layout with one named entry. */
export function ociArchiveFiles(plan: ArchivePlan, options?: Cancel): readonly ArchiveFile[] {
  const index = withEntry(EMPTY_INDEX, plan.root, plan.name);
  return [
    textFile('oci-layout', LAYOUT_FILE),
    textFile('index.json', JSON.stringify(index)),
    ...plan.blobs.map(blob => blobFile(plan.source, blob, options)),
  ];
}

/** An image with plain layers, and the names that it gets. */
export interface DockerArchivePlan extends ArchivePlan {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly tags: readonly string[];
}

/**
 * The files of a Docker archive that is an OCI layout too, as Docker 25 and later write it: every Docker since
 * 1.10, Podman, containerd and skopeo read it. The layers must be plain tars.
 */
export function dockerArchiveFiles(plan: DockerArchivePlan, options?: Cancel): readonly ArchiveFile[] {
  const manifest = [
    {
      Config: blobPath(plan.config.digest),
      RepoTags: plan.tags.length === 0 ? null : plan.tags,
      Layers: plan.layers.map(layer => blobPath(layer.digest)),
    },
  ];
  const name = plan.tags[0];
  const index = {
    ...EMPTY_INDEX,
    manifests: withEntry(EMPTY_INDEX, plan.root, name).manifests.map(entry =>
      name === undefined ? entry : { ...entry, annotations: containerdNames(name) },
    ),
  };
  return [
    textFile('oci-layout', LAYOUT_FILE),
    textFile('index.json', JSON.stringify(index)),
    textFile('manifest.json', JSON.stringify(manifest)),
    ...plan.blobs.map(blob => blobFile(plan.source, blob, options)),
  ];
}

/** What containerd and Docker with its store look for: the whole name, and the tag alone. */
export function containerdNames(name: string): Readonly<Record<string, string>> {
  const tag = name.slice(name.lastIndexOf(':') + 1);
  const whole = formatReference(parseReference(name));
  return { 'io.containerd.image.name': whole, 'org.opencontainers.image.ref.name': tag };
}
