import type { Tree } from '../../tree/index.ts';
import { readText } from '../reading/index.ts';
import { reached, type SystemPath, unique } from './evidence.ts';

const PLACES = ['/etc/os-release', '/usr/lib/os-release'];
const MAX_BYTES = 1 << 20;

/** The fields of os-release(5), without quotes: `ID`, `VERSION_ID`, `PRETTY_NAME`, …; empty when there is none. */
export function readOsRelease(tree: Tree): ReadonlyMap<string, string> {
  const text = PLACES.map(path => readText(tree, path, MAX_BYTES)).find(found => found !== undefined) ?? '';
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, key, value] = /^([A-Z0-9_]+)=(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) fields.set(key, unquoted(value));
  }
  return fields;
}

function unquoted(value: string): string {
  const inside = /^(["'])(.*)\1$/.exec(value)?.[2] ?? value;
  return inside.replace(/\\(.)/g, '$1');
}

/** The files that say which distribution this is: scanners and programs ask for them. */
export function osReleaseFiles(tree: Tree): readonly SystemPath[] {
  const named = [...PLACES, '/etc/debian_version', '/etc/alpine-release', '/etc/redhat-release'];
  return unique(named.flatMap(path => reached(tree, path, 'says which distribution this is')));
}
