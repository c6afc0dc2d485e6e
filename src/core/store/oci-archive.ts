import { type Content, type Digest, isDigest } from '../bytes/index.ts';
import { type ImageIndex, MAX_DOCUMENT_BYTES, parseIndex } from '../oci/index.ts';
import { type ArchiveFiles, readArchiveFile } from './archive-files.ts';
import { contentSource } from './content-source.ts';
import type { BlobSource, LocalSource } from './port.ts';

/**
 * The blobs of an OCI layout inside a tar (OCI image spec 1.1, image-layout.md), read where they are.
 *
 * @throws SampanError `invalid` for links that lead out of the archive.
 */
export function ociArchiveBlobs(archive: ArchiveFiles): BlobSource & LocalSource {
  const blobs = new Map<Digest, Content>();
  for (const path of archive.paths) {
    const digest = `sha256:${/^blobs\/sha256\/([0-9a-f]{64})$/.exec(path)?.[1]}`;
    const content = isDigest(digest) ? archive.find(path) : undefined;
    if (isDigest(digest) && content !== undefined) blobs.set(digest, content);
  }
  return contentSource(archive.path, blobs);
}

/** The index of an OCI layout inside a tar. @throws SampanError `not-found`, `invalid`, `limit`. */
export function ociArchiveIndex(archive: ArchiveFiles): ImageIndex {
  const bytes = readArchiveFile(archive, 'index.json', MAX_DOCUMENT_BYTES);
  return parseIndex(bytes, `${archive.path}: index.json`);
}

/** On the index of an archive that Sampan bundled: the version of what it promises. */
export const BUNDLE_VERSION = 'dev.sampan.bundle.version';

/** True for an archive that Sampan bundled: its OCI layout tells more than its manifest.json. */
export function isBundle(archive: ArchiveFiles): boolean {
  if (archive.find('index.json') === undefined) return false;
  try {
    return ociArchiveIndex(archive).annotations?.[BUNDLE_VERSION] !== undefined;
  } catch {
    // What is wrong with it is told by who reads it.
    return false;
  }
}
