import { posix } from 'node:path';
import type { Tree } from '../../../tree/index.ts';
import { lines, readText } from '../../reading/index.ts';
import { realPaths } from '../os/index.ts';
import { recordPaths } from './python-record.ts';
import type { LanguagePackage } from './types.ts';

/** An installed Python distribution (PyPA, "Recording installed projects"; older: egg-info). */
export interface PythonDistribution extends LanguagePackage {
  /** The directory on the module path in which it is, with a real path. */
  readonly site: string;
  /** The `.dist-info` or `.egg-info`, which `importlib.metadata` reads at run time. */
  readonly metadata: string;
  /** The names that it makes importable, as far as it says so. */
  readonly topLevel: readonly string[];
  /** Normalised names of the distributions that it needs, those of extras left out. */
  readonly requires: readonly string[];
  /** Where its sources are, when it is installed in place (PEP 610, an editable `file:` URL). */
  readonly editable?: string;
}

const METADATA = /\.(dist-info|egg-info)$/;
const METADATA_MAX_BYTES = 4 << 20;

/** Every Python distribution of a tree, also in virtual environments, sorted by site and metadata. */
export function readPythonDistributions(tree: Tree): readonly PythonDistribution[] {
  const real = realPaths(tree);
  const found: PythonDistribution[] = [];
  for (const path of tree.paths()) {
    if (!METADATA.test(path)) continue;
    const kind = tree.get(path)?.kind;
    if (kind === 'directory' || kind === 'file') found.push(distribution(tree, path, real));
  }
  return found;
}

function distribution(tree: Tree, metadata: string, real: (path: string) => string): PythonDistribution {
  const site = posix.dirname(metadata);
  const header = headerOf(tree, metadata);
  const [nameOfFile = '', versionOfFile = ''] = posix.basename(metadata).replace(METADATA, '').split('-');
  const name = header.get('name')?.[0] ?? nameOfFile;
  const topLevel = lines(readOptional(tree, `${metadata}/top_level.txt`));
  const listed = recordPaths(tree, metadata).map(real);
  const editable = editablePath(tree, metadata);
  const paths =
    listed.length > 0 ? listed : guessedPaths(tree, site, topLevel.length > 0 ? topLevel : [name]);
  return {
    ecosystem: 'pypi',
    name,
    version: header.get('version')?.[0] ?? versionOfFile,
    root: metadata,
    paths: [...new Set([metadata, ...paths])],
    development: false,
    site,
    metadata,
    topLevel,
    requires: (header.get('requires-dist') ?? []).flatMap(requirement),
    ...(editable === undefined ? {} : { editable }),
  };
}

function readOptional(tree: Tree, path: string): string | undefined {
  const node = tree.resolve(path)?.node;
  return node?.kind === 'file' && node.content.size <= METADATA_MAX_BYTES ? readText(tree, path) : undefined;
}

/** The fields before the description (core metadata specification), by lower-case name. */
function headerOf(tree: Tree, metadata: string): ReadonlyMap<string, readonly string[]> {
  const text =
    readOptional(tree, `${metadata}/METADATA`) ??
    readOptional(tree, `${metadata}/PKG-INFO`) ??
    readOptional(tree, metadata) ??
    '';
  const fields = new Map<string, string[]>();
  for (const line of text.split(/\r?\n\r?\n/, 1)[0]!.split('\n')) {
    const [, key, value] = /^([A-Za-z][A-Za-z-]*):\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined) continue;
    fields.set(key.toLowerCase(), [...(fields.get(key.toLowerCase()) ?? []), value!]);
  }
  return fields;
}

/** The normalised name of a requirement (PEP 508, PEP 503); nothing where only an extra asks for it. */
function requirement(text: string): readonly string[] {
  const [wanted = '', marker = ''] = text.split(';', 2);
  const name = /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)/.exec(wanted)?.[1];
  return name === undefined || /\bextra\s*==/.test(marker) ? [] : [normalisedPythonName(name)];
}

/** The one spelling of a distribution's name (PEP 503): lower case, runs of `-`, `_` and `.` as one `-`. */
function normalisedPythonName(name: string): string {
  return name.replace(/[-_.]+/g, '-').toLowerCase();
}

/** Without a record: whatever has a top-level name, beside the metadata. */
function guessedPaths(tree: Tree, site: string, names: readonly string[]): readonly string[] {
  const wanted = new Set(names.flatMap(name => [name, normalisedPythonName(name).replaceAll('-', '_')]));
  return tree
    .list(site)
    .filter(entry => !METADATA.test(entry) && wanted.has(entry.split('.', 1)[0]!))
    .map(entry => posix.join(site, entry));
}

function editablePath(tree: Tree, metadata: string): string | undefined {
  const text = readOptional(tree, `${metadata}/direct_url.json`);
  if (text === undefined || !/"editable"\s*:\s*true/.test(text)) return undefined;
  const encoded = /"url"\s*:\s*"file:\/\/(\/[^"]*)"/.exec(text)?.[1];
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
