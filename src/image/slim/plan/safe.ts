import type { Node } from '../../tree/index.ts';
import { type OsPackage, reachablePackages } from '../../userland/packages/os/index.ts';
import type { Keeper } from './keeper.ts';
import type { Owners } from './owners.ts';

/** What a distribution cannot do without, by its own word. */
const BASIC: ReadonlySet<string> = new Set(['required', 'important']);

/**
 * Keeps all but known waste, and but packages that nothing needs: no file of theirs can be
 * loaded as far as `needed` tells, they are no basic part of the system, and nothing of that kind depends on them.
 */
export function keepAllButWaste(
  keeper: Keeper,
  owners: Owners,
  options: { readonly needed: ReadonlySet<string>; readonly isWaste: (node: Node) => boolean },
): void {
  const unneeded = unneededPackages(owners, options.needed);
  for (const node of keeper.tree.nodes()) {
    if (keeper.has(node.path) || owners.isDevelopment(node.path) || options.isWaste(node)) continue;
    const owner = owners.packageOf(node.path);
    if (owner !== undefined && unneeded.has(owner)) continue;
    keeper.keepItself(node.path, { kind: 'not-waste', text: 'not known to be waste' });
  }
}

function unneededPackages(owners: Owners, needed: ReadonlySet<string>): ReadonlySet<OsPackage> {
  const unneeded = new Set<OsPackage>();
  for (const database of owners.databases) {
    const roots = database.packages.filter(each => isRoot(each, needed));
    const reachable = reachablePackages(database, roots);
    for (const each of database.packages) if (!reachable.has(each)) unneeded.add(each);
  }
  return unneeded;
}

function isRoot(each: OsPackage, needed: ReadonlySet<string>): boolean {
  if (each.manager === 'rpm' || each.essential || BASIC.has(each.priority ?? '')) return true;
  // apk has no priorities; these packages are its system.
  if (
    each.manager === 'apk' &&
    /^(?:alpine-|busybox|apk-tools|musl|libc-utils|ca-certificates)/.test(each.name)
  )
    return true;
  return each.files.some(path => needed.has(path));
}
