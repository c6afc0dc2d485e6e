import { basename, dirname } from 'node:path';
import { readWish, specOf, type Wish, writeMirror, writeWish } from '../grant/index.ts';
import { type Inside, openInside, type Running } from '../inject/index.ts';
import type { Device } from '../model/index.ts';
import { type Filled, fillSlots, type WantedNode } from '../select/index.ts';

/** What changed in a container. */
export interface Kept {
  /** Names of nodes that are there now and were not, or were others. */
  readonly put: readonly string[];
  readonly removed: readonly string[];
}

/** The directory that holds what a container wants, seen from the devices that it was made with. */
export function wishDirectory(
  devices: readonly { readonly hostPath: string; readonly path: string }[],
): string | undefined {
  const mirror = devices.find(
    ({ hostPath, path }) => path === '/dev' && /^nodes-[rwm]+$/.test(basename(hostPath)),
  );
  return mirror === undefined ? undefined : dirname(mirror.hostPath);
}

/** Gives devices to what a service wants, and keeps who has which place. */
export function fillWish(
  wish: Wish,
  devices: readonly Device[],
): { readonly wish: Wish; readonly filled: readonly Filled[] } {
  const filled = fillSlots(wish.selectors, devices, wish.slots);
  return { wish: { ...wish, slots: filled.map(({ slot }) => slot) }, filled };
}

/** Writes down what a service has, so that the next start of its containers begins with it. */
export function keepWish(directory: string, wish: Wish, filled: readonly Filled[]): void {
  writeWish(directory, wish);
  const permissions = new Set(wish.selectors.map(({ permissions: rights = 'rw' }) => rights));
  writeMirror(
    directory,
    filled.flatMap(({ nodes }) => nodes),
    [...permissions],
  );
}

/**
 * Makes the nodes in a container what they must be: those of devices that are there, under their names, and no others
 * of its slots. Done again, it changes nothing.
 *
 * @throws SampanError as `openInside`.
 */
export function keepNodes(container: Running, filled: readonly Filled[], proc?: string): Kept {
  using dev = openInside(container, proc);
  const wanted = filled.flatMap(({ nodes }) => nodes);
  const names = new Set(wanted.map(({ path }) => path));
  const known = filled.flatMap(({ slot }) => Object.values(slot.names));
  const removed = known.filter(path => !names.has(path) && dev.remove(nameOf(path)));
  const put = wanted.filter(node => dev.put(specOf(opened(node, dev)))).map(({ path }) => path);
  return { put, removed };
}

/**
 * Gives a container that has just started what came, or changed its number, since it was made.
 *
 * @throws SampanError as `openInside`.
 */
export function keepStarted(
  container: Running,
  { directory, devices }: { readonly directory: string; readonly devices: readonly Device[] },
): Kept {
  const before = readWish(directory);
  if (before === undefined) return { put: [], removed: [] };
  const { wish, filled } = fillWish(before, devices);
  keepWish(directory, wish, filled);
  return keepNodes(container, filled);
}

function nameOf(path: string): string {
  return path.replace(/^\/dev\//, '');
}

/** A process that is not root, and not in the group of the node, gets it by its own group. */
function opened(node: WantedNode, { uid, groups }: Inside): WantedNode {
  const [own = 0] = groups;
  const isOpen =
    uid === 0 ||
    node.uid === uid ||
    groups.includes(node.gid) ||
    node.isModeAsked ||
    (node.mode & 0o006) === 0o006;
  return isOpen ? node : { ...node, gid: own, mode: node.mode | 0o060 };
}
