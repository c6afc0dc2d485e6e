import type { OsPackage } from '../userland/packages/os/index.ts';
import type { Ground } from './ground.ts';
import type { PackageFigures } from './types.ts';

const TYPES: Readonly<Record<OsPackage['manager'], string>> = { dpkg: 'deb', apk: 'apk', rpm: 'rpm' };

/** Every package of an image, the largest first. */
export function packagesOf({ owners, languages, tree, stacked }: Ground): readonly PackageFigures[] {
  const system = owners.packages.map(each => ({
    type: TYPES[each.manager],
    name: each.name,
    version: each.version,
    bytes: owners.bytes.get(each) ?? 0,
  }));
  const others = languages.map(each => {
    const node = tree.find(each.root);
    return {
      type: each.ecosystem,
      name: each.name,
      version: each.version,
      bytes: node === -1 ? 0 : stacked.liveBytes[node]!,
    };
  });
  return [...system, ...others].sort(
    (a, b) => b.bytes - a.bytes || compare(a.name, b.name) || compare(a.version, b.version),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
