import { statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode, wrap } from '../../../core/errors/index.ts';
import { type BlobDigest, digestFrom } from '../base/index.ts';
import { namesIn } from '../storage/index.ts';

/** A file that is named after a digest, in a directory named after its algorithm. */
export interface DigestFile {
  readonly digest: BlobDigest;
  readonly path: string;
}

/** The files of `directory/ALGORITHM/DIGITS`, in no order. */
export async function* digestFiles(directory: string): AsyncGenerator<DigestFile> {
  for (const algorithm of await namesIn(directory)) {
    for (const digits of await namesIn(join(directory, algorithm))) {
      const digest = digestFrom(algorithm, digits);
      if (digest !== undefined) yield { digest, path: join(directory, algorithm, digits) };
    }
  }
}

/** Says whether a file is spared, in the turn in which it is removed otherwise. */
export interface Sparing {
  /** What was changed at this time or later stays, in milliseconds since 1970. */
  readonly cutoffMs: number;
  isRecent(digest: BlobDigest): boolean;
}

/**
 * Removes a file unless it is young or was asked for lately. Nothing else of this process happens between the look and the
 * removal: that is what makes collecting safe while serving.
 *
 * @returns its size, or absent when it stays.
 */
export function removeOld(file: DigestFile, sparing: Sparing): number | undefined {
  try {
    const { size, mtimeMs } = statSync(file.path);
    if (mtimeMs >= sparing.cutoffMs || sparing.isRecent(file.digest)) return undefined;
    unlinkSync(file.path);
    return size;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw wrap(`deleting ${file.path}`, error);
  }
}
