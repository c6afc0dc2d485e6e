import { lstat } from 'node:fs/promises';
import { SampanError } from '../errors/index.ts';

const WRITABLE_BY_OTHERS = 0o022;

/**
 * Makes sure that the directory of work directories is this user's own: what lies in it is trusted, and removed
 * with this user's rights.
 *
 * @throws SampanError `denied` for one that belongs to somebody else, or that others can write to.
 */
export async function checkBase(base: string): Promise<void> {
  const status = await lstat(base);
  const isOwn = status.isDirectory() && status.uid === process.geteuid?.();
  if (isOwn && (status.mode & WRITABLE_BY_OTHERS) === 0) return;
  throw new SampanError('denied', `${base} is not a directory that only this user can write to`, {
    remedy: 'remove it, or point TMPDIR at a directory of your own',
  });
}
