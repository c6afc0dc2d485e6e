import type { Tree } from '../../../tree/index.ts';
import { readText } from '../../reading/index.ts';
import { parseRelations, parseStanzas, type Stanza } from './deb822.ts';
import { readAlternatives, readDiversions } from './dpkg-links.ts';
import { realPaths, sortListed } from './real-paths.ts';
import type { OsPackage, PackageDatabase } from './types.ts';

const ROOT = '/var/lib/dpkg';
const GONE = new Set(['not-installed', 'config-files']);

/** A stanza that is installed, and where its file list is. */
interface Installed {
  readonly stanza: Stanza;
  /** The text of its list or checksum file, one path a line; empty when there is none. */
  readonly listing: string;
}

/**
 * Reads dpkg's database: `/var/lib/dpkg/status` with the lists under `info`, and `status.d` with its
 * checksum files, as images without a package manager have it. Absent when there is neither.
 */
export function readDpkg(tree: Tree): PackageDatabase | undefined {
  const installed = [...fromStatus(tree), ...fromStatusDirectory(tree)];
  if (installed.length === 0) return undefined;
  const locate = dpkgLocator(tree);
  const packages = installed
    .map(each => toPackage(tree, each, locate))
    .sort((a, b) => compare(a.name, b.name) || compare(a.architecture, b.architecture));
  const owners = new Map<string, OsPackage>();
  for (const each of packages) for (const path of each.files) owners.set(path, each);
  addAlternatives(tree, owners);
  return {
    manager: 'dpkg',
    packages,
    databasePaths: [ROOT],
    complete: packages.every(each => each.files.length > 0 || each.directories.length > 0 || isMeta(each)),
    ownerOf: path => owners.get(path),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A package without a list may have no files at all: then its stanza says so by its size. */
function isMeta(each: OsPackage): boolean {
  return each.installedSize < 64 << 10;
}

function fromStatus(tree: Tree): readonly Installed[] {
  const text = readText(tree, `${ROOT}/status`, 128 << 20) ?? '';
  const names = new Set(tree.list(`${ROOT}/info`));
  return parseStanzas(text)
    .filter(isInstalled)
    .map(stanza => ({ stanza, listing: infoList(tree, names, stanza) }));
}

function isInstalled(stanza: Stanza): boolean {
  const state = stanza.fields.get('status')?.split(/\s+/)[2];
  return stanza.fields.has('package') && !GONE.has(state ?? 'installed');
}

function infoList(tree: Tree, names: ReadonlySet<string>, stanza: Stanza): string {
  const name = stanza.fields.get('package')!;
  const qualified = `${name}:${stanza.fields.get('architecture') ?? ''}.list`;
  const file = names.has(qualified) ? qualified : `${name}.list`;
  return names.has(file) ? (readText(tree, `${ROOT}/info/${file}`) ?? '') : '';
}

function fromStatusDirectory(tree: Tree): readonly Installed[] {
  const directory = `${ROOT}/status.d`;
  return tree
    .list(directory)
    .filter(name => !name.endsWith('.md5sums'))
    .flatMap(name => {
      const sums = readText(tree, `${directory}/${name}.md5sums`) ?? '';
      const listing = parseChecksums(sums)
        .map(each => each.path)
        .join('\n');
      return parseStanzas(readText(tree, `${directory}/${name}`) ?? '')
        .filter(isInstalled)
        .map(stanza => ({ stanza, listing }));
    });
}

/** A line of a checksum file. */
export interface Checksum {
  readonly line: string;
  /** Absolute, as listed. */
  readonly path: string;
}

/** The lines of a `.md5sums` file: a digest, two spaces, a path without its first slash. */
export function parseChecksums(text: string): readonly Checksum[] {
  return text.split('\n').flatMap(line => {
    const path = /^[0-9a-fA-F]{32} [ *](.+)$/.exec(line)?.[1];
    return path === undefined ? [] : [{ line, path: absolute(path) }];
  });
}

function absolute(path: string): string {
  return `/${path.replace(/^(\.?\/)+/, '')}`;
}

/** Where a path that package `name` lists is in the tree: diversions and merged directories applied. */
export type DpkgLocator = (name: string, listed: string) => string;

/** Makes the locator of a tree. */
export function dpkgLocator(tree: Tree): DpkgLocator {
  const diversions = readDiversions(tree);
  const real = realPaths(tree);
  return (name, listed) => {
    const diversion = diversions.get(listed);
    return real(diversion !== undefined && diversion.by !== name ? diversion.to : listed);
  };
}

function toPackage(tree: Tree, installed: Installed, locate: DpkgLocator): OsPackage {
  const { raw, fields } = installed.stanza;
  const name = fields.get('package')!;
  const listed = installed.listing.split('\n').filter(path => path.startsWith('/') && path !== '/.');
  const { files, directories } = sortListed(tree, listed, path => locate(name, path));
  return {
    manager: 'dpkg',
    name,
    version: fields.get('version') ?? '',
    architecture: fields.get('architecture') ?? '',
    ...optional('source', fields.get('source')),
    ...optional('maintainer', fields.get('maintainer')),
    ...optional('priority', fields.get('priority')),
    ...optional('section', fields.get('section')),
    essential: fields.get('essential') === 'yes',
    depends: [...parseRelations(fields.get('pre-depends')), ...parseRelations(fields.get('depends'))],
    provides: parseRelations(fields.get('provides')).flat(),
    installedSize: sizeOf(fields.get('installed-size')),
    files,
    directories,
    conffiles: conffilesOf(fields.get('conffiles'))
      .map(path => locate(name, path))
      .filter(path => tree.get(path) !== undefined),
    raw,
  };
}

function optional<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } {
  return value === undefined || value === '' ? {} : ({ [key]: value } as { readonly [K in Key]?: string });
}

/** The field counts in KiB. */
function sizeOf(value: string | undefined): number {
  return /^\d{1,12}$/.test(value ?? '') ? Number(value) * 1024 : 0;
}

function conffilesOf(value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  return value.split('\n').flatMap(line => {
    const [path = '', , ...flags] = line.trim().split(/\s+/);
    return path.startsWith('/') && !flags.includes('obsolete') ? [path] : [];
  });
}

function addAlternatives(tree: Tree, owners: Map<string, OsPackage>): void {
  const real = realPaths(tree);
  for (const link of readAlternatives(tree)) {
    const path = real(link);
    if (owners.has(path) || tree.get(path)?.kind !== 'symlink') continue;
    const target = tree.resolve(path)?.node;
    const owner = target === undefined ? undefined : owners.get(target.path);
    if (owner !== undefined) owners.set(path, owner);
  }
}
