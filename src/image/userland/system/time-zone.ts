import { posix } from 'node:path';
import type { Tree } from '../../tree/index.ts';
import { readText } from '../reading/index.ts';
import { type Environment, reached, reachedBelow, type SystemPath, unique } from './evidence.ts';

const ZONES = '/usr/share/zoneinfo';

/** The files of the one time zone in use: by `TZ`, `/etc/localtime` and `/etc/timezone` (tzset(3)). */
export function timeZoneFiles(tree: Tree, env: Environment): readonly SystemPath[] {
  const named = [env.TZ ?? '', (readText(tree, '/etc/timezone', 1 << 20) ?? '').trim()];
  return unique([
    ...reached(tree, '/etc/localtime', 'the local time zone'),
    ...reached(tree, '/etc/timezone', 'the name of the local time zone'),
    ...named.flatMap(name => reached(tree, zonePath(name), `the local time zone ${name}`)),
    ...['UTC', 'Etc/UTC'].flatMap(name => reached(tree, `${ZONES}/${name}`, 'the time zone UTC')),
  ]);
}

/** `TZ` is `:NAME`, `NAME`, or a path; a rule such as `CET-1CEST` names no file, and then nothing is found. */
function zonePath(value: string): string {
  const name = value.replace(/^:/, '');
  if (name === '') return '';
  return posix.resolve(ZONES, name);
}

/** What a program that is asked for any time zone by name can read. */
export interface ZoneDatabase {
  /** The zones, the tables of names and countries, the leap seconds. */
  readonly needed: readonly SystemPath[];
  /** The same zones again: `posix`, `right` (which counts leap seconds, and hardly anybody asks for), sources. */
  readonly duplicates: readonly string[];
}

const DUPLICATES = new Set(['posix', 'right', 'posixrules']);

/**
 * The database of all time zones, and the directory of the Python package `tzdata`, which stands in
 * for it. `duplicates` are entries of its directory that repeat what `needed` has.
 */
export function zoneDatabase(tree: Tree, env: Environment): ZoneDatabase {
  const directory = env.TZDIR ?? ZONES;
  const names = tree.list(directory);
  const reason = 'a time zone may be asked for by its name';
  const needed = names
    .filter(name => !DUPLICATES.has(name))
    .flatMap(name => reachedBelow(tree, posix.join(directory, name), reason));
  const duplicates = names.filter(name => DUPLICATES.has(name)).map(name => posix.join(directory, name));
  return { needed: unique([...reached(tree, directory, reason), ...needed]), duplicates };
}
