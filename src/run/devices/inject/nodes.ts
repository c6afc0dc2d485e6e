import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  fstatSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  type Stats,
  unlinkSync,
} from 'node:fs';
import { SampanError, systemCode, wrap } from '../../../core/errors/index.ts';
import { numbersOf } from '../catalogue/index.ts';

/** A device node to make. */
export interface NodeSpec {
  /** Below the directory: `bus/usb/001/004`. */
  readonly name: string;
  readonly type: 'c' | 'b';
  readonly major: number;
  readonly minor: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Device nodes below one directory that somebody else may change at the same time, hostile ones too. No link is ever
 * followed, and nothing outside the file system of the directory is touched.
 */
export interface NodeDirectory extends Disposable {
  /** Makes it, or replaces what has its name, at once. False when it was there already, just so. */
  put(node: NodeSpec): boolean;
  /** Removes a device node, and the directories that are empty then. False when there is none of that name. */
  remove(name: string): boolean;
  /** The names of all nodes below it, at most four directories deep. */
  list(): readonly string[];
}

/** Linux: a place, without opening what is there. (open(2)) */
const O_PATH = 0o10000000;
const PLACE = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const MAX_DEPTH = 4;
const MAX_NODES = 1000;

/** A descriptor of a directory; links of its last name are not followed. @throws the error of the system. */
export function openPlace(path: string): number {
  return openSync(path, PLACE);
}

/** What a descriptor is at, as a path that leads nowhere else. */
export function placePath(fd: number): string {
  return `/proc/self/fd/${fd}`;
}

/** Nodes below a directory; the descriptor is closed with it. */
export function nodeDirectory(root: number): NodeDirectory {
  const device = fstatSync(root).dev;
  /** Walks to the directory of a name, opens it, and closes it again. */
  const within = <T>(name: string, makes: boolean, act: (fd: number, last: string) => T): T | undefined => {
    const segments = segmentsOf(name);
    const last = segments.pop() ?? '';
    let fd = root;
    try {
      for (const segment of segments) {
        const next = stepInto(fd, segment, { makes, device });
        if (fd !== root) closeSync(fd);
        fd = next ?? root;
        if (next === undefined) return undefined;
      }
      return act(fd, last);
    } finally {
      if (fd !== root) closeSync(fd);
    }
  };
  return {
    put: node => within(node.name, true, (fd, last) => putNode(fd, last, node)) ?? false,
    remove: name => {
      const isGone = within(name, false, (fd, last) => removeNode(fd, last)) ?? false;
      const parents = name.split('/').slice(0, -1);
      for (; isGone && parents.length > 0; parents.pop())
        if (within(parents.join('/'), false, removeEmpty) !== true) break;
      return isGone;
    },
    list: () => listNodes(root),
    [Symbol.dispose]: () => closeSync(root),
  };
}

function segmentsOf(name: string): string[] {
  const segments = name.split('/');
  const isWrong = (segment: string): boolean =>
    segment === '' || segment === '.' || segment === '..' || segment.length > 200;
  if (segments.length > MAX_DEPTH + 1 || segments.some(isWrong) || name.includes('\0'))
    throw new SampanError('invalid', `${JSON.stringify(name)} is no name of a device node`);
  return segments;
}

function stepInto(
  fd: number,
  segment: string,
  { makes, device }: { readonly makes: boolean; readonly device: number },
): number | undefined {
  const path = `${placePath(fd)}/${segment}`;
  let next: number;
  try {
    next = openPlace(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw wrap(`opening the directory ${segment} of device nodes`, error);
    if (!makes) return undefined;
    mkdirSync(path, { mode: 0o755 });
    next = openPlace(path);
  }
  if (fstatSync(next).dev === device) return next;
  closeSync(next);
  throw new SampanError('denied', `${segment} is another file system, where no device nodes are made`);
}

function putNode(fd: number, last: string, node: NodeSpec): boolean {
  const path = `${placePath(fd)}/${last}`;
  if (isSame(statAt(path), node)) return false;
  const name = `.sampan~${last}`;
  const made = `${placePath(fd)}/${name}`;
  // What a run that was killed has left.
  if (statAt(made) !== undefined) unlinkSync(made);
  makeNode(fd, name, node);
  try {
    lchownSync(made, node.uid, node.gid);
    renameSync(made, path);
  } catch (error) {
    if (statAt(made) !== undefined) unlinkSync(made);
    throw wrap(`putting the device node ${last} in its place`, error);
  }
  return true;
}

/** Node has no mknod(2); the program gets the directory as a descriptor, so that no name leads it elsewhere. */
function makeNode(fd: number, name: string, { type, major, minor, mode }: NodeSpec): void {
  const args = ['-m', mode.toString(8), `/proc/self/fd/3/${name}`, type, String(major), String(minor)];
  const call = (program: string, more: readonly string[]): SpawnSyncReturns<string> =>
    spawnSync(program, [...more, ...args], {
      stdio: ['ignore', 'ignore', 'pipe', fd],
      encoding: 'utf8',
      timeout: 5000,
    });
  let run = call('mknod', []);
  if (systemCode(run.error) === 'ENOENT') run = call('busybox', ['mknod']);
  if (run.error !== undefined && systemCode(run.error) === 'ENOENT')
    throw new SampanError('unavailable', 'the program mknod is not there', {
      remedy: 'install coreutils or busybox',
    });
  if (run.status !== 0) {
    const why = (run.stderr ?? '').trim().slice(0, 300);
    throw new SampanError('denied', `making the device node ${type} ${major}:${minor}: ${why}`, {
      remedy: 'run it as root',
    });
  }
}

function removeNode(fd: number, last: string): boolean {
  const path = `${placePath(fd)}/${last}`;
  const stat = statAt(path);
  // What is no node is not ours.
  if (stat?.isCharacterDevice() !== true && stat?.isBlockDevice() !== true) return false;
  unlinkSync(path);
  return true;
}

function removeEmpty(fd: number, last: string): boolean {
  try {
    rmdirSync(`${placePath(fd)}/${last}`);
    return true;
  } catch {
    return false;
  }
}

function listNodes(root: number): readonly string[] {
  const found: string[] = [];
  const walk = (fd: number, prefix: string, depth: number): void => {
    for (const entry of readdirSync(placePath(fd), { withFileTypes: true })) {
      if (found.length >= MAX_NODES) return;
      if (entry.isCharacterDevice() || entry.isBlockDevice()) found.push(prefix + entry.name);
      if (!entry.isDirectory() || depth >= MAX_DEPTH) continue;
      const next = openPlace(`${placePath(fd)}/${entry.name}`);
      try {
        walk(next, `${prefix}${entry.name}/`, depth + 1);
      } finally {
        closeSync(next);
      }
    }
  };
  walk(root, '', 0);
  return found;
}

function isSame(stat: Stats | undefined, { type, major, minor, mode, uid, gid }: NodeSpec): boolean {
  if (stat === undefined) return false;
  const isType = type === 'c' ? stat.isCharacterDevice() : stat.isBlockDevice();
  const numbers = numbersOf(stat.rdev);
  return (
    isType &&
    numbers.major === major &&
    numbers.minor === minor &&
    (stat.mode & 0o777) === mode &&
    stat.uid === uid &&
    stat.gid === gid
  );
}

function statAt(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}
