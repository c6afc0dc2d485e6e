import { posix } from 'node:path';
import type { Tree } from '../../../tree/index.ts';
import type { LanguagePackage } from './types.ts';

const SPECIFICATION = /\/specifications\/(?:default\/)?(([^/]+?)-(\d[^/-]*)(?:-[^/]+)?)\.gemspec$/;

/** Every installed Ruby gem, by its specification; the name and version are those of the file. */
export function readGems(tree: Tree): readonly LanguagePackage[] {
  const found: LanguagePackage[] = [];
  for (const path of tree.paths()) {
    const [, full, name, version] = path.endsWith('.gemspec') ? (SPECIFICATION.exec(path) ?? []) : [];
    if (full === undefined || name === undefined || version === undefined) continue;
    const home = path.slice(0, path.lastIndexOf('/specifications/'));
    const directory = posix.join(home, 'gems', full);
    const root = tree.get(directory)?.kind === 'directory' ? directory : path;
    const paths = [...new Set([path, root, ...extensions(tree, home, full)])];
    found.push({ ecosystem: 'gem', name, version, root, paths, development: false });
  }
  return found;
}

/** Native parts lie in `extensions/PLATFORM/ABI/NAME-VERSION`. */
function extensions(tree: Tree, home: string, full: string): readonly string[] {
  const base = posix.join(home, 'extensions');
  return tree
    .list(base)
    .flatMap(platform =>
      tree.list(posix.join(base, platform)).map(abi => posix.join(base, platform, abi, full)),
    )
    .filter(path => tree.get(path) !== undefined);
}
