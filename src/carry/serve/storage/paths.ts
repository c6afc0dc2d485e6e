import { join } from 'node:path';
import { algorithmOf, type BlobDigest, digitsOf } from '../base/index.ts';

/**
 * Where everything is under the directory of a registry. Content is kept as in an OCI layout; a repository is
 * a directory of links into it. No part of a repository's name begins with `_`.
 */
export function blobPath(root: string, digest: BlobDigest): string {
  return join(root, 'blobs', algorithmOf(digest), digitsOf(digest));
}

/** The directory of a repository. */
export function repositoryPath(root: string, repository: string): string {
  return join(root, 'repositories', repository);
}

/** An empty file: the repository has that blob. */
export function blobLink(root: string, repository: string, digest: BlobDigest): string {
  return join(repositoryPath(root, repository), '_blobs', algorithmOf(digest), digitsOf(digest));
}

/** A file with the media type of a manifest that the repository has. */
export function manifestLink(root: string, repository: string, digest: BlobDigest): string {
  return join(repositoryPath(root, repository), '_manifests', algorithmOf(digest), digitsOf(digest));
}

/** The directory with one file for each tag, which holds a digest. */
export function tagsPath(root: string, repository: string): string {
  return join(repositoryPath(root, repository), '_tags');
}

/** The directory with one file for each manifest whose subject is `subject`. */
export function referrersPath(root: string, repository: string, subject: BlobDigest): string {
  return join(repositoryPath(root, repository), '_referrers', algorithmOf(subject), digitsOf(subject));
}

/** The directory of uploads under way. */
export function uploadsPath(root: string): string {
  return join(root, 'uploads');
}
