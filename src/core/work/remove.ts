import { lstat, rm } from 'node:fs/promises';
import { isSampanError, SampanError, systemCode, wrap } from '../errors/index.ts';
import { mountsBelow, unmountBelow } from './mounts.ts';
import { runProgram } from './program.ts';

/**
 * Deletes a directory with all in it: unmounts first, follows no symbolic link, and deletes nothing at all
 * when something stays mounted below. Idempotent, and safe beside another removal of the same tree.
 *
 * @throws SampanError `denied`
 */
export async function removeTree(directory: string): Promise<void> {
  if (!(await isPlainDirectory(directory))) return;
  await unmountBelow(directory);
  for (let attempt = 0; ; attempt++) {
    try {
      // Looked at again right before: an unlink through a bind mount deletes the user's own files.
      refuseMounts(directory);
      await rm(directory, { recursive: true, force: true });
      return;
    } catch (error) {
      if (isSampanError(error)) throw error;
      // A program may nest directories deeper than a path can say; rm(1) goes step by step.
      if (systemCode(error) === 'ENAMETOOLONG') {
        await runProgram('rm', ['-rf', '--one-file-system', '--', directory]);
        if (!(await isPlainDirectory(directory))) return;
      }
      if (attempt === 5 || !RACES.has(systemCode(error) ?? '')) throw wrap(`removing ${directory}`, error);
    }
  }
}

/** What a second remover, or a process that dies just now, can cause. */
const RACES = new Set(['ENOENT', 'ENOTEMPTY', 'EBUSY']);

async function isPlainDirectory(path: string): Promise<boolean> {
  try {
    const status = await lstat(path);
    if (status.isDirectory()) return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw wrap(`looking at ${path}`, error);
  }
  throw new SampanError('denied', `${path} is not a directory, so it is not removed`);
}

function refuseMounts(directory: string): void {
  const [left] = mountsBelow(directory);
  if (left !== undefined)
    throw new SampanError('denied', `${left} is mounted, so ${directory} is not removed`);
}
