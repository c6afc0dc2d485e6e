import { lstatSync, readlinkSync } from 'node:fs';
import { posix } from 'node:path';
import type { Trace } from './model.ts';

/** How a path of a container was used. */
interface Used {
  readonly read: Set<string>;
  readonly followed: Set<string>;
  readonly listed: Set<string>;
}

const MAX_LINKS = 40;
const UNUSED = /^\/(?:proc|sys|dev)(?:\/|$)/;

/**
 * What a trace saw as a document of evidence for `sampan slim`, `sampan.evidence/1`: the files behind the paths, and the
 * links on the way to them, looked up in the root of the container (`/proc/PID/root`). What is gone since is left out.
 */
export function evidenceText(trace: Trace, root: string): string {
  const used: Used = { read: new Set(), followed: new Set(), listed: new Set() };
  for (const path of [...trace.opened.keys(), ...trace.started.keys()]) use(path, root, used);
  const document = {
    schema: 'sampan.evidence/1',
    image: trace.image,
    read: [...used.read].sort(),
    followed: [...used.followed].sort(),
    listed: [...used.listed].sort(),
    lookups: [],
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}

/** Never out of the root: each link is read by itself, and starts at the root again when it is absolute. */
function use(path: string, root: string, used: Used): void {
  let left = posix.normalize(path).split('/').filter(Boolean);
  let at = '';
  for (let links = 0; left.length > 0; ) {
    const [name = '', ...rest] = left;
    left = rest;
    if (name === '..') {
      at = posix.dirname(at || '/').replace(/^\/$/, '');
      continue;
    }
    const next = `${at}/${name}`;
    const target = linkOf(root + next);
    if (target === undefined) {
      at = next;
      continue;
    }
    if (++links > MAX_LINKS) return;
    if (!UNUSED.test(next)) used.followed.add(next);
    if (target.startsWith('/')) at = '';
    left = [...target.split('/').filter(part => part !== '' && part !== '.'), ...left];
  }
  const kind = kindOf(root + at);
  if (at === '' || UNUSED.test(at) || kind === undefined) return;
  used[kind].add(at);
}

function linkOf(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}

function kindOf(path: string): 'read' | 'listed' | undefined {
  try {
    const stat = lstatSync(path);
    return stat.isDirectory() ? 'listed' : stat.isFile() ? 'read' : undefined;
  } catch {
    return undefined;
  }
}
