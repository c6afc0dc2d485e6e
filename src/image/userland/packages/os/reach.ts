import type { OsPackage, PackageDatabase } from './types.ts';

/**
 * The packages that `roots` cannot run without, the roots among them: dependencies are followed by
 * name, by what is provided, and by path (`/bin/sh`). Where several installed packages satisfy a
 * group, all of them stay. Recommendations are not followed. What is essential is nobody's dependency,
 * so a caller who wants it names it among the roots.
 */
export function reachablePackages(
  database: PackageDatabase,
  roots: Iterable<OsPackage>,
): ReadonlySet<OsPackage> {
  const byName = indexOf(database.packages);
  const reached = new Set<OsPackage>(roots);
  for (const each of reached) {
    for (const name of each.depends.flat()) {
      for (const found of byName.get(name) ?? []) reached.add(found);
      const owner = name.startsWith('/') ? database.ownerOf(name) : undefined;
      if (owner !== undefined) reached.add(owner);
    }
  }
  return reached;
}

function indexOf(packages: readonly OsPackage[]): ReadonlyMap<string, readonly OsPackage[]> {
  const byName = new Map<string, OsPackage[]>();
  for (const each of packages) {
    for (const name of [each.name, ...each.provides]) {
      const held = byName.get(name);
      if (held === undefined) byName.set(name, [each]);
      else held.push(each);
    }
  }
  return byName;
}
