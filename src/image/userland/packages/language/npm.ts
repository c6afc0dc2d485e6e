import { posix } from 'node:path';
import type { Tree } from '../../../tree/index.ts';
import { readJson, textMember } from '../../reading/index.ts';
import { developmentRoots } from './npm-development.ts';
import { packageRootOf } from './npm-manifest.ts';
import type { LanguagePackage } from './types.ts';

const INSTALLED = /(?:\/node_modules|^\/usr\/share\/nodejs)\/((?:@[^/@]+\/)?[^/@.][^/]*)\/package\.json$/;

/** Every npm package that is installed in a `node_modules`, or by Debian, sorted by path. */
export function readNpmPackages(tree: Tree): readonly LanguagePackage[] {
  const development = developmentRoots(tree);
  const links = binLinks(tree);
  const found: LanguagePackage[] = [];
  for (const node of tree.nodes()) {
    const place = node.kind === 'file' ? INSTALLED.exec(node.path)?.[1] : undefined;
    if (place === undefined) continue;
    const root = posix.dirname(node.path);
    const manifest = readJson(tree, node.path);
    found.push({
      ecosystem: 'npm',
      name: textMember(manifest, 'name') ?? place,
      version: textMember(manifest, 'version') ?? '',
      root,
      paths: [root, ...(links.get(root) ?? [])],
      development: development.has(root),
    });
  }
  return found;
}

/** The links in `node_modules/.bin`, by the root of the package that they lead into. */
function binLinks(tree: Tree): ReadonlyMap<string, readonly string[]> {
  const links = new Map<string, string[]>();
  for (const node of tree.nodes()) {
    if (node.kind !== 'symlink' || !node.path.includes('/node_modules/.bin/')) continue;
    const target = tree.resolve(node.path)?.node.path;
    const root = target === undefined ? undefined : packageRootOf(target);
    if (root !== undefined) links.set(root, [...(links.get(root) ?? []), node.path]);
  }
  return links;
}
