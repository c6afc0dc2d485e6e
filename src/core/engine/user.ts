import { SampanError } from '../errors/index.ts';
import { readInside } from './rootfs.ts';

/** Who a process in a container is. */
export interface ContainerUser {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups; the primary one is among them, as Docker has it. */
  readonly groups: readonly number[];
  readonly home: string;
}

const FILE_LIMIT = 4 * 1024 * 1024;
const ID_LIMIT = 2 ** 31 - 1;

/**
 * Resolves an image's `User` (`name`, `uid`, either with `:group` or `:gid`; empty for root) with the
 * databases of the root file system, as Docker does: a number needs no entry, a name does, and a given group
 * replaces the supplementary ones.
 *
 * @throws SampanError `not-found` for a name without an entry, `invalid` for a number out of range.
 */
export function resolveUser(rootfs: string, text: string): ContainerUser {
  const [userText = '', groupText = ''] = text.split(':', 2);
  const entry = findUser(readInside(rootfs, '/etc/passwd', FILE_LIMIT), userText || '0');
  const uid = entry?.uid ?? plainId(userText || '0');
  if (uid === undefined) throw unknown('user', userText, '/etc/passwd');
  const groups = parseGroups(readInside(rootfs, '/etc/group', FILE_LIMIT));
  const home = entry?.home || '/';
  if (groupText !== '') {
    const gid = findGroup(groups, groupText);
    return { uid, gid, groups: [gid], home };
  }
  const gid = entry?.gid ?? 0;
  const others = groups.filter(group => entry !== undefined && group.members.includes(entry.name));
  return { uid, gid, groups: [...new Set([gid, ...others.map(group => group.gid)])], home };
}

interface UserEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** passwd(5): name, password, uid, gid, comment, home, shell. */
function findUser(text: string, wanted: string): UserEntry | undefined {
  for (const line of text.split('\n')) {
    const [name = '', , uidText = '', gidText = '', , home = ''] = line.trim().split(':');
    const [uid, gid] = [inRange(uidText), inRange(gidText)];
    if (name === '' || uid === undefined || gid === undefined) continue;
    if (name === wanted || uidText === wanted) return { name, uid, gid, home };
  }
  return undefined;
}

/** group(5): name, password, gid, members. */
function parseGroups(text: string): readonly GroupEntry[] {
  return text.split('\n').flatMap(line => {
    const [name = '', , gidText = '', members = ''] = line.trim().split(':');
    const gid = inRange(gidText);
    return name === '' || gid === undefined ? [] : [{ name, gid, members: members.split(',') }];
  });
}

function findGroup(groups: readonly GroupEntry[], wanted: string): number {
  const found = groups.find(group => group.name === wanted || String(group.gid) === wanted);
  const gid = found?.gid ?? plainId(wanted);
  if (gid === undefined) throw unknown('group', wanted, '/etc/group');
  return gid;
}

function plainId(text: string): number | undefined {
  if (!/^-?\d+$/.test(text)) return undefined;
  const id = inRange(text);
  if (id === undefined) throw new SampanError('invalid', `the user or group number ${text} is out of range`);
  return id;
}

function inRange(text: string): number | undefined {
  const id = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return id >= 0 && id <= ID_LIMIT ? id : undefined;
}

function unknown(kind: string, name: string, file: string): SampanError {
  return new SampanError('not-found', `the ${kind} ${JSON.stringify(name)} is not in the image's ${file}`, {
    remedy: `give the ${kind} as a number, or one that ${file} has`,
  });
}
