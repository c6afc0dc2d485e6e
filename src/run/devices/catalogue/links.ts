import { type Dirent, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { linkOf } from './files.ts';

const SKIPPED = new Set([
  'pts',
  'shm',
  'mqueue',
  'hugepages',
  'char',
  'block',
  'fd',
  'mapper',
  'cpu',
  'vfio',
]);
const MAX_DEPTH = 4;
const MAX_LINKS = 5000;

/** Links below `/dev` by where they lead, both as names below it: what udev gives devices as lasting names. */
export function linksOf(dev: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const open = [{ directory: '', depth: 0 }];
  let count = 0;
  for (let next = open.pop(); next !== undefined && count < MAX_LINKS; next = open.pop()) {
    for (const entry of entriesOf(join(dev, next.directory))) {
      const name = join(next.directory, entry.name);
      if (entry.isDirectory() && next.depth < MAX_DEPTH && !(next.depth === 0 && SKIPPED.has(entry.name)))
        open.push({ directory: name, depth: next.depth + 1 });
      if (!entry.isSymbolicLink()) continue;
      count++;
      const target = linkOf(join(dev, name)) ?? '';
      const led = target.startsWith('/dev/') ? target.slice(5) : normalize(join(dirname(name), target));
      if (target.startsWith('/') ? target.startsWith('/dev/') : !led.startsWith('..'))
        found.set(led, [...(found.get(led) ?? []), name]);
    }
  }
  return found;
}

function entriesOf(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}
