import type { Node, Tree } from '../../tree/index.ts';
import type { LanguagePackage } from '../../userland/packages/language/index.ts';
import type { Owners } from './owners.ts';
import type { LayerGroup } from './types.ts';

const DEPENDENCIES = /\/(?:node_modules|site-packages|vendor\/bundle|gems)\//;

/**
 * Which new layer each kept path goes into, so that an update of the app carries the app alone: what the
 * operating system brought, what languages installed, what is the user's. All paths of an inode go together.
 */
export function groupPaths(tree: Tree, kept: Iterable<string>, owners: Owners): Map<string, LayerGroup> {
  const packaged = packageRoots(owners.languagePackages);
  const groups = new Map<string, LayerGroup>();
  for (const path of kept) {
    const node = tree.get(path);
    if (node === undefined || groups.has(path)) continue;
    const group = groupOf(node, owners, packaged);
    groups.set(path, group);
    if (node.kind === 'file') for (const other of node.links?.paths ?? []) groups.set(other, group);
  }
  return groups;
}

function groupOf(node: Node, owners: Owners, packaged: ReadonlySet<string>): LayerGroup {
  if (owners.packageOf(node.path) !== undefined) return 'os';
  if (DEPENDENCIES.test(node.path) || packaged.has(node.path)) return 'dependencies';
  return owners.isUsers(node) ? 'app' : 'os';
}

function packageRoots(packages: readonly LanguagePackage[]): ReadonlySet<string> {
  return new Set(packages.flatMap(each => (each.ecosystem === 'golang' ? [] : each.paths)));
}
