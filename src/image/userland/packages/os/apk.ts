import type { Tree } from '../../../tree/index.ts';
import { readText } from '../../reading/index.ts';
import { realPaths, sortListed } from './real-paths.ts';
import type { OsPackage, PackageDatabase } from './types.ts';

const PLACES = ['/lib/apk/db', '/usr/lib/apk/db'];

/** Where apk's database is, as a real path. */
function apkPlace(tree: Tree): string | undefined {
  for (const place of PLACES) {
    const node = tree.resolve(`${place}/installed`)?.node;
    if (node?.kind === 'file') return node.path.slice(0, node.path.lastIndexOf('/'));
  }
  return undefined;
}

/** Reads apk's database (`installed`, the text format of apk-tools 2 and 3). Absent when there is none. */
export function readApk(tree: Tree): PackageDatabase | undefined {
  const place = apkPlace(tree);
  if (place === undefined) return undefined;
  const real = realPaths(tree);
  const packages = apkRecords(readText(tree, `${place}/installed`, 128 << 20) ?? '')
    .map(raw => toPackage(tree, raw, real))
    .filter(each => each.name !== '')
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const owners = new Map<string, OsPackage>();
  for (const each of packages) for (const path of each.files) owners.set(path, each);
  return {
    manager: 'apk',
    packages,
    databasePaths: [place],
    complete: true,
    ownerOf: path => owners.get(path),
  };
}

/** The records of `installed`: lines up to an empty one. */
function apkRecords(text: string): readonly string[] {
  return text.split(/\n\n+/).flatMap(part => {
    const raw = part.replace(/^\n+|\n+$/g, '');
    return raw === '' ? [] : [raw];
  });
}

/** A line of a record: a letter, a colon, a value. */
export interface ApkLine {
  readonly line: string;
  readonly key: string;
  readonly value: string;
}

/** The lines of a record. */
export function apkLines(raw: string): readonly ApkLine[] {
  return raw.split('\n').map(line => ({ line, key: line.slice(0, 1), value: line.slice(2) }));
}

function toPackage(tree: Tree, raw: string, real: (path: string) => string): OsPackage {
  const fields = new Map<string, string>();
  const listed: string[] = [];
  let directory = '';
  for (const { key, value } of apkLines(raw)) {
    if (key === 'F') directory = value === '' ? '' : `/${value}`;
    if (key === 'F' && value !== '') listed.push(`/${value}`);
    else if (key === 'R') listed.push(`${directory}/${value}`);
    else if (!fields.has(key)) fields.set(key, value);
  }
  const { files, directories } = sortListed(tree, listed, real);
  const source = fields.get('o');
  const maintainer = fields.get('m');
  return {
    manager: 'apk',
    name: fields.get('P') ?? '',
    version: fields.get('V') ?? '',
    architecture: fields.get('A') ?? '',
    ...(source === undefined ? {} : { source }),
    ...(maintainer === undefined ? {} : { maintainer }),
    essential: false,
    depends: dependsOf(fields.get('D')),
    provides: words(fields.get('p')).map(withoutVersion),
    installedSize: /^\d{1,15}$/.test(fields.get('I') ?? '') ? Number(fields.get('I')) : 0,
    files,
    directories,
    // apk protects what is below /etc by default (apk-protected_paths(5)).
    conffiles: files.filter(path => path.startsWith('/etc/')),
    raw,
  };
}

function dependsOf(value: string | undefined): readonly (readonly string[])[] {
  return words(value)
    .filter(word => !word.startsWith('!'))
    .map(word => [withoutVersion(word)]);
}

function words(value: string | undefined): readonly string[] {
  return (value ?? '').split(/\s+/).filter(Boolean);
}

function withoutVersion(word: string): string {
  return word.replace(/[<>=~@].*$/, '');
}
