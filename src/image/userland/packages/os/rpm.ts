import { readContent } from '../../../../core/bytes/index.ts';
import { isSampanError, wrap } from '../../../../core/errors/index.ts';
import type { Tree } from '../../../tree/index.ts';
import { realPaths, sortListed } from './real-paths.ts';
import { RPM_TAG, type RpmHeader, readRpmHeader } from './rpm-header.ts';
import { sqliteRows } from './sqlite.ts';
import type { OsPackage, PackageDatabase } from './types.ts';

const PLACES = ['/usr/lib/sysimage/rpm', '/var/lib/rpm'];
const SQLITE = 'rpmdb.sqlite';
const FILES = [SQLITE, 'Packages.db', 'Packages'];
const MAX_BYTES = 512 << 20;

/**
 * Reads rpm's database where it is SQLite (rpm 4.16 and newer, as Fedora 33 and RHEL 9 have it). Of the older forms
 * the packages are not read: then nobody is known to own a file, and the database says that it is not complete, as
 * it does when it is broken or has a write-ahead log. Absent when there is none.
 */
export function readRpm(tree: Tree): PackageDatabase | undefined {
  const place = PLACES.flatMap(path => tree.resolve(path)?.node.path ?? []).find(path =>
    FILES.some(name => tree.resolve(`${path}/${name}`)?.node.kind === 'file'),
  );
  if (place === undefined) return undefined;
  const packages = packagesIn(tree, place);
  const owners = new Map<string, OsPackage>();
  for (const each of packages ?? []) for (const path of each.files) owners.set(path, each);
  return {
    manager: 'rpm',
    packages: packages ?? [],
    databasePaths: [place],
    complete: packages !== undefined,
    ownerOf: path => owners.get(path),
  };
}

function packagesIn(tree: Tree, place: string): readonly OsPackage[] | undefined {
  const file = tree.resolve(`${place}/${SQLITE}`)?.node;
  const log = tree.resolve(`${place}/${SQLITE}-wal`)?.node;
  if (file?.kind !== 'file' || (log?.kind === 'file' && log.content.size > 0)) return undefined;
  const real = realPaths(tree);
  try {
    return sqliteRows(readContent(file.content, MAX_BYTES), 'Packages')
      .flatMap(([, blob]) => (Buffer.isBuffer(blob) ? [toPackage(tree, readRpmHeader(blob), real)] : []))
      .sort((a, b) => compare(a.name, b.name) || compare(a.architecture, b.architecture));
  } catch (error) {
    if (isSampanError(error, 'invalid') || isSampanError(error, 'limit')) return undefined;
    throw wrap(`reading ${file.path} of the image`, error);
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function toPackage(tree: Tree, header: RpmHeader, real: (path: string) => string): OsPackage {
  const text = (tag: number): string => String(header.get(tag)?.[0] ?? '');
  const epoch = text(RPM_TAG.epoch);
  const { listed, config } = filesOf(header);
  const { files, directories } = sortListed(tree, listed, real);
  const present = new Set(files);
  const [source, vendor] = [text(RPM_TAG.sourcePackage), text(RPM_TAG.vendor)];
  return {
    manager: 'rpm',
    name: text(RPM_TAG.name),
    version: `${epoch === '' || epoch === '0' ? '' : `${epoch}:`}${text(RPM_TAG.version)}-${text(RPM_TAG.release)}`,
    architecture: text(RPM_TAG.architecture),
    ...(source === '' ? {} : { source }),
    ...(vendor === '' ? {} : { maintainer: vendor }),
    essential: false,
    // Others are rules about rpm itself, or with conditions, of which the package manager has seen to one.
    depends: texts(header, RPM_TAG.requires)
      .filter(name => !name.startsWith('rpmlib(') && !name.startsWith('('))
      .map(name => [name]),
    provides: texts(header, RPM_TAG.provides),
    installedSize: Number(header.get(RPM_TAG.size)?.[0] ?? 0) || 0,
    files,
    directories,
    conffiles: config.map(real).filter(path => present.has(path)),
    raw: '',
  };
}

const IS_CONFIG = 1;

/** Absolute paths as the package lists them; a name without its directory is left out. */
function filesOf(header: RpmHeader): { readonly listed: string[]; readonly config: string[] } {
  const directories = texts(header, RPM_TAG.directoryNames);
  const indexes = header.get(RPM_TAG.directoryIndexes) ?? [];
  const flags = header.get(RPM_TAG.fileFlags) ?? [];
  const listed: string[] = [];
  const config: string[] = [];
  for (const [i, name] of texts(header, RPM_TAG.baseNames).entries()) {
    const directory = directories[Number(indexes[i])];
    if (directory?.startsWith('/') !== true) continue;
    const path = directory + name;
    listed.push(path);
    if ((Number(flags[i] ?? 0) & IS_CONFIG) !== 0) config.push(path);
  }
  return { listed, config };
}

/** As names of the tree are: bytes that are not UTF-8 keep their place. */
function texts(header: RpmHeader, tag: number): string[] {
  return (header.get(tag) ?? []).map(String);
}
