import { join } from 'node:path';
import { type BlobDigest, digestFrom } from '../base/index.ts';
import { namesIn, readSmall, removeFile, writeSmall } from './files.ts';
import { referrersPath } from './paths.ts';

/** One entry of the list of referrers (distribution spec 1.1, "Listing Referrers"). */
export interface Referrer {
  readonly mediaType: string;
  readonly digest: BlobDigest;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What refers to what, in all repositories. */
export interface Referrers {
  /** Idempotent. */
  add(repository: string, subject: BlobDigest, referrer: Referrer): Promise<void>;
  /** Idempotent. */
  remove(repository: string, subject: BlobDigest, referrer: BlobDigest): Promise<void>;
  /** Sorted by digest; empty when there are none. Those whose manifest is gone are among them. */
  list(repository: string, subject: BlobDigest): Promise<readonly Referrer[]>;
}

/** The referrers under the directory of a registry: one file each, so that adding one never rewrites another. */
export function openReferrers(root: string): Referrers {
  const fileOf = (repository: string, subject: BlobDigest, referrer: BlobDigest): string =>
    join(referrersPath(root, repository, subject), referrer.replace(':', '-'));
  return {
    add: async (repository, subject, referrer) =>
      await writeSmall(fileOf(repository, subject, referrer.digest), JSON.stringify(referrer)),
    remove: async (repository, subject, referrer) => {
      await removeFile(fileOf(repository, subject, referrer));
    },
    list: async (repository, subject) => {
      const directory = referrersPath(root, repository, subject);
      const found: Referrer[] = [];
      for (const name of (await namesIn(directory)).sort()) {
        const [algorithm = '', digits = ''] = name.split('-');
        if (digestFrom(algorithm, digits) === undefined) continue;
        const text = await readSmall(join(directory, name));
        if (text !== undefined) found.push(JSON.parse(text));
      }
      return found;
    },
  };
}
