import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  ftruncateSync,
  futimesSync,
  openSync,
  writeSync,
} from 'node:fs';
import { contentChunks, systemPath } from '../../core/bytes/index.ts';
import type { FileTask, WorkerSetup } from './task.ts';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
const SPECIAL_BITS = 0o7000;

/** Writes one file that is not there yet: content, owner, mode, times. Holes stay holes. */
export function writeFile(task: FileTask, setup: WorkerSetup): void {
  const file = openSync(systemPath(task.path), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, task.mode & 0o777);
  try {
    writeContent(file, task);
    if (task.uid !== setup.uid || task.gid !== setup.gid) fchownSync(file, task.uid, task.gid);
    // After chown, which clears setuid.
    if ((task.mode & (setup.umask | SPECIAL_BITS)) !== 0) fchmodSync(file, task.mode);
    futimesSync(file, setup.accessTime, task.mtime);
  } finally {
    closeSync(file);
  }
}

function writeContent(file: number, task: FileTask): void {
  let at = 0;
  for (const piece of task.pieces) {
    if (piece.kind === 'zeros') {
      at += piece.size;
      continue;
    }
    for (const chunk of contentChunks({ size: piece.size, pieces: [piece] })) {
      for (let from = 0; from < chunk.length; ) {
        from += writeSync(file, chunk, from, chunk.length - from, at + from);
      }
      at += chunk.length;
    }
  }
  if (task.pieces.at(-1)?.kind === 'zeros') ftruncateSync(file, task.size);
}
