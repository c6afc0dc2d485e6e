import { basename } from 'node:path';
import type { Roots } from '../model/index.ts';
import { linkName, linkOf, namesIn, readSmall, statOf, ueventOf } from './files.ts';
import { kindOf } from './kinds.ts';

/** A node as sysfs shows it. */
export interface RawNode {
  readonly type: 'c' | 'b';
  readonly major: number;
  readonly minor: number;
  /** Below `/dev`. */
  readonly name: string;
  readonly subsystem: string;
  /** Below `/sys`: `/devices/…/tty/ttyUSB0`. */
  readonly place: string;
}

/** What was read before, by number; a node whose link is the same is not read again. */
export type RawCache = Map<string, { readonly stamp: string; readonly node: RawNode | undefined }>;

/** All nodes that are devices, by the numbers of the kernel. (sysfs, `/sys/dev`) */
export function rawNodes({ sys }: Roots, cache: RawCache): readonly RawNode[] {
  const seen = new Set<string>();
  const found: RawNode[] = [];
  for (const type of ['c', 'b'] as const) {
    const directory = `${sys}/dev/${type === 'c' ? 'char' : 'block'}`;
    for (const numbers of namesIn(directory)) {
      const key = `${type}${numbers}`;
      const target = linkOf(`${directory}/${numbers}`);
      const stat = statOf(`${directory}/${numbers}`);
      if (target === undefined || stat === undefined) continue;
      seen.add(key);
      // A device that went and came back under its number has another inode.
      const stamp = `${target} ${stat.ino} ${stat.mtimeMs}`;
      let known = cache.get(key);
      if (known?.stamp !== stamp) {
        known = { stamp, node: readNode(sys, { type, numbers, target }) };
        cache.set(key, known);
      }
      if (known.node !== undefined) found.push(known.node);
    }
  }
  for (const key of cache.keys()) if (!seen.has(key)) cache.delete(key);
  return found;
}

function readNode(
  sys: string,
  { type, numbers, target }: { readonly type: 'c' | 'b'; readonly numbers: string; readonly target: string },
): RawNode | undefined {
  const match = /^(\d+):(\d+)$/.exec(numbers);
  const at = target.indexOf('/devices/');
  if (match === null || at < 0) return undefined;
  const place = target.slice(at);
  const isVirtual = place.startsWith('/devices/virtual/');
  const directory = sys + place;
  const subsystem = linkName(`${directory}/subsystem`) ?? '';
  const uevent = ueventOf(directory);
  const name = uevent.DEVNAME ?? basename(place);
  if (kindOf(subsystem, { name, isVirtual }) === undefined || !/^[\w.:/-]+$/.test(name)) return undefined;
  if (name.split('/').includes('..')) return undefined;
  if (subsystem === 'tty' && isAbsentPort(directory, name)) return undefined;
  if (subsystem === 'usb' && uevent.DEVTYPE !== 'usb_device') return undefined;
  return { type, major: Number(match[1]), minor: Number(match[2]), name, subsystem, place };
}

/** The kernel has names for ports that the board does not have: their type is unknown (0). */
function isAbsentPort(directory: string, name: string): boolean {
  return /^ttyS\d+$/.test(name) && readSmall(`${directory}/type`) === '0';
}
