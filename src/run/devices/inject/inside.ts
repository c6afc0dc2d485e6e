import { closeSync, fstatSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { SampanError, systemCode, wrap } from '../../../core/errors/index.ts';
import { type NodeDirectory, nodeDirectory, openPlace, placePath } from './nodes.ts';

/** `TMPFS_MAGIC`. (statfs(2)) */
const TMPFS = 0x01021994;

/** A container that runs. */
export interface Running {
  readonly id: string;
  readonly name: string;
  readonly pid: number;
}

/** `/dev` of a container, and the IDs of its first process. */
export interface Inside extends NodeDirectory {
  readonly uid: number;
  readonly groups: readonly number[];
}

/**
 * Opens `/dev` of a container from outside, past all that it could do to lead elsewhere: its process is held, so that
 * another one with its number is not taken for it; no link is followed; and only a `/dev` of its own is opened.
 *
 * @throws SampanError `not-found` when it has ended, `unsupported`, `denied`.
 */
export function openInside({ id, name, pid }: Running, proc = '/proc'): Inside {
  const held = open(`${proc}/${pid}`, name);
  try {
    const at = placePath(held);
    if (!read(`${at}/cgroup`, name).includes(id))
      throw new SampanError('not-found', `the process ${pid} is not the one of ${name} any more`);
    checkUsers(read(`${at}/uid_map`, name), name);
    const dev = open(`${at}/root/dev`, name);
    try {
      checkOwn(dev, { name, proc });
      return { ...nodeDirectory(dev), ...idsOf(read(`${at}/status`, name)) };
    } catch (error) {
      closeSync(dev);
      throw error;
    }
  } finally {
    closeSync(held);
  }
}

function open(path: string, name: string): number {
  try {
    return openPlace(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ESRCH') throw new SampanError('not-found', `${name} does not run`);
    if (code === 'ELOOP' || code === 'ENOTDIR')
      throw new SampanError('denied', `/dev of ${name} is not a directory`);
    throw wrap(`opening /dev of ${name}`, error);
  }
}

function read(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ESRCH') throw new SampanError('not-found', `${name} does not run`);
    throw wrap(`reading about the process of ${name}`, error);
  }
}

/** In a user namespace the kernel opens no device nodes that were made in it. (mknod(2), user_namespaces(7)) */
function checkUsers(map: string, name: string): void {
  if (/^\s*0\s+0\s+4294967295\s*$/.test(map)) return;
  throw new SampanError(
    'unsupported',
    `${name} runs in a user namespace, where device nodes cannot be opened`,
    {
      remedy: 'give it the users of the host: userns_mode: host',
    },
  );
}

/** A `/dev` that is the host's, or on a disk, is not changed. */
function checkOwn(dev: number, { name, proc }: { readonly name: string; readonly proc: string }): void {
  const { dev: device } = fstatSync(dev);
  if ([`${proc}/1/root/dev`, '/dev'].some(path => deviceAt(path) === device))
    throw new SampanError('unsupported', `${name} has the whole /dev of the host: nothing is put there`);
  if (statfsSync(placePath(dev)).type !== TMPFS)
    throw new SampanError('unsupported', `/dev of ${name} is not in memory: nothing is put there`);
}

function deviceAt(path: string): number | undefined {
  try {
    return statSync(path).dev;
  } catch {
    return undefined;
  }
}

function idsOf(status: string): Pick<Inside, 'uid' | 'groups'> {
  const numbers = (key: string): readonly number[] =>
    (new RegExp(`^${key}:\\s+(.*)$`, 'm').exec(status)?.[1] ?? '')
      .split(/\s+/)
      .filter(word => word !== '')
      .map(Number);
  const gid = numbers('Gid')[1];
  return { uid: numbers('Uid')[1] ?? 0, groups: [...(gid === undefined ? [] : [gid]), ...numbers('Groups')] };
}
