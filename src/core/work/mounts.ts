import { readFileSync } from 'node:fs';
import { unescapeMountPath } from '../cgroup/index.ts';
import { SampanError } from '../errors/index.ts';
import { runProgram } from './program.ts';

/** What is mounted at or below a directory (a real path), the topmost mount first: the order to unmount in. */
export function mountsBelow(
  directory: string,
  mountinfo = readFileSync('/proc/self/mountinfo', 'utf8'),
): string[] {
  const points = mountinfo
    .split('\n')
    .filter(line => line !== '')
    .map(line => unescapeMountPath(line.split(' ')[4] ?? ''));
  return points.filter(point => point === directory || point.startsWith(`${directory}/`)).reverse();
}

/**
 * Unmounts all at or below a directory.
 *
 * @throws SampanError `denied` when something stays mounted: then nothing there may be deleted.
 */
export async function unmountBelow(directory: string): Promise<void> {
  // A mount point may carry several mounts, and unmounting one may show the next.
  for (let round = 0; round < 16; round++) {
    const points = mountsBelow(directory);
    if (points.length === 0) return;
    for (const point of points) await runProgram('umount', ['--lazy', '--no-canonicalize', '--', point]);
  }
  const [left] = mountsBelow(directory);
  if (left === undefined) return;
  throw new SampanError('denied', `${left} is still mounted, so ${directory} is not removed`, {
    remedy: `unmount it by hand: umount ${left}`,
  });
}
