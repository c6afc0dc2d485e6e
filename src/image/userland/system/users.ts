import { SampanError } from '../../../core/errors/index.ts';
import type { Tree } from '../../tree/index.ts';
import { readText } from '../reading/index.ts';
import { reached, type SystemPath } from './evidence.ts';

/** A line of passwd(5). */
export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

/** A line of group(5). */
export interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

const LINES_MAX = 1_000_000;

/**
 * The users of `/etc/passwd`; lines that are not of the format are left out.
 *
 * @throws SampanError `limit` for more than a million lines or 32 MiB.
 */
export function readUsers(tree: Tree): readonly User[] {
  return rows(tree, '/etc/passwd').flatMap(([name = '', , uid, gid, , home = '', shell = '']) => {
    const ids = [idOf(uid), idOf(gid)];
    return name === '' || ids[0] === undefined || ids[1] === undefined
      ? []
      : [{ name, uid: ids[0], gid: ids[1], home, shell }];
  });
}

/**
 * The groups of `/etc/group`; lines that are not of the format are left out.
 *
 * @throws SampanError `limit` for more than a million lines or 32 MiB.
 */
export function readGroups(tree: Tree): readonly Group[] {
  return rows(tree, '/etc/group').flatMap(([name = '', , gid, members = '']) => {
    const id = idOf(gid);
    return name === '' || id === undefined
      ? []
      : [{ name, gid: id, members: members.split(',').filter(Boolean) }];
  });
}

function rows(tree: Tree, path: string): readonly (readonly string[])[] {
  const all = (readText(tree, path) ?? '').split('\n');
  if (all.length > LINES_MAX)
    throw new SampanError(
      'limit',
      `${path} of the image has ${all.length} lines, at most ${LINES_MAX} are read`,
    );
  return all.filter(line => line !== '' && !line.startsWith('#')).map(line => line.split(':'));
}

/** A user or group id fits in 32 bits, and the largest means "none". */
function idOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return id < 0xffff_ffff ? id : undefined;
}

/** The files in which users and groups are looked up. */
export function userFiles(tree: Tree): readonly SystemPath[] {
  return ['/etc/passwd', '/etc/group'].flatMap(path =>
    reached(tree, path, 'users and groups are looked up in it'),
  );
}

/** The files with what is kept secret of users: passwords, and when accounts end. */
export function accountFiles(tree: Tree): readonly SystemPath[] {
  return ['/etc/shadow', '/etc/gshadow'].flatMap(path => reached(tree, path, 'accounts are checked in it'));
}

/** `/bin/sh` and the shells that users log in with; `nologin` and the like are none. */
export function shellFiles(tree: Tree): readonly SystemPath[] {
  const login = readUsers(tree).map(user => user.shell);
  return [
    ...reached(tree, '/bin/sh', 'system() and popen() run it'),
    ...[...new Set(login)]
      .filter(shell => shell !== '' && shell !== '/bin/sh' && !/\/(nologin|false|true|sync)$/.test(shell))
      .flatMap(shell => reached(tree, shell, 'a login shell')),
  ];
}
