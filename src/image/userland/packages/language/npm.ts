import { posix } from 'node:path';
import { pathsNamed, type Tree } from '../../../tree/index.ts';
import { developmentRoots } from './npm-development.ts';
import { packageManifests, packageRootOf } from './npm-manifest.ts';
import type { LanguagePackage } from './types.ts';

const INSTALLED = /(?:\/node_modules|^\/usr\/share\/nodejs)\/((?:@[^/@]+\/)?[^/@.][^/]*)\/package\.json$/;

/** Every npm package that is installed in a `node_modules`, or by Debian, sorted by path. */
export function readNpmPackages(tree: Tree): readonly LanguagePackage[] {
  const manifestOf = packageManifests(tree);
  const development = developmentRoots(tree, manifestOf);
  const links = binLinks(tree);
  const found: LanguagePackage[] = [];
  for (const path of pathsNamed(tree, 'package.json')) {
    const place = INSTALLED.exec(path)?.[1];
    if (place === undefined || tree.get(path)?.kind !== 'file') continue;
    const root = posix.dirname(path);
    const { name = place, version = '' } = manifestOf(root);
    const paths = [root, ...(links.get(root) ?? [])];
    found.push({ ecosystem: 'npm', name, version, root, paths, development: development.has(root) });
  }
  return found;
}

/** The links in `node_modules/.bin`, by the root of the package that they lead into. */
function binLinks(tree: Tree): ReadonlyMap<string, readonly string[]> {
  const links = new Map<string, string[]>();
  for (const directory of pathsNamed(tree, '.bin')) {
    if (!directory.endsWith('/node_modules/.bin') || tree.get(directory)?.kind !== 'directory') continue;
    for (const name of tree.list(directory)) {
      const path = `${directory}/${name}`;
      if (tree.get(path)?.kind !== 'symlink') continue;
      const target = tree.resolve(path)?.node.path;
      const root = target === undefined ? undefined : packageRootOf(target);
      if (root !== undefined) links.set(root, [...(links.get(root) ?? []), path]);
    }
  }
  return links;
}
