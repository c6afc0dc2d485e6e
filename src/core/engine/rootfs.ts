import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { SampanError } from '../errors/index.ts';

const LINK_LIMIT = 40;

/**
 * Where a path of a container is on the host: every symbolic link is followed as the container would, so that
 * the result is always inside `rootfs`. Absent when the path is not there or its links go round.
 */
export function resolveInside(rootfs: string, path: string): string | undefined {
  const pending = path.split('/').reverse();
  const resolved: string[] = [];
  let links = 0;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      resolved.pop();
      continue;
    }
    const here = join(rootfs, ...resolved, name);
    const target = linkTarget(here);
    if (target === null) return undefined;
    if (target === undefined) {
      resolved.push(name);
      continue;
    }
    links += 1;
    if (links > LINK_LIMIT) return undefined;
    if (target.startsWith('/')) resolved.length = 0;
    pending.push(...target.split('/').reverse());
  }
  return join(rootfs, ...resolved);
}

/** A text file of a container; empty when it is not there. @throws SampanError `limit` above `limitBytes`. */
export function readInside(rootfs: string, path: string, limitBytes: number): string {
  const real = resolveInside(rootfs, path);
  if (real === undefined) return '';
  const status = lstatSync(real);
  if (!status.isFile()) return '';
  if (status.size > limitBytes) throw new SampanError('limit', `${path} is larger than ${limitBytes} bytes`);
  return readFileSync(real, 'utf8');
}

/** The target of a link, undefined for what is no link, null for what is not there. */
function linkTarget(path: string): string | undefined | null {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return null;
  }
}
