import { type OsPackage, reachablePackages } from '../../userland/packages/os/index.ts';
import type { Finding } from '../finding.ts';
import type { Ground } from '../ground.ts';
import type { Program } from '../program.ts';
import { Collector } from './collect.ts';

const LEAST_BYTES = 1e6;
const BASIC: ReadonlySet<string> = new Set(['required', 'important']);
const INSTALL: Readonly<Record<OsPackage['manager'], string>> = {
  dpkg: 'apt-get install -y --no-install-recommends',
  apk: 'apk add --no-cache',
  rpm: 'dnf install -y --setopt=install_weak_deps=False',
};
const APK_SYSTEM = /^(?:alpine-|busybox|apk-tools|musl|libc-utils|ca-certificates)/;

/**
 * Packages that neither the program of the image nor the system itself depends on. Only for programs of their own:
 * what a script runs is not known without reading it. Whether the program runs another one is not known either.
 */
export function unusedFindings(
  ground: Ground,
  program: Program | undefined,
  waste: ReadonlyMap<number, string>,
): readonly Finding[] {
  if (program === undefined || program.interpreter !== undefined || !program.isWhole) return [];
  if (ground.owners.packages.length === 0) return [];
  const used = usedPackages(ground, program);
  const files = new Collector();
  const packages = new Map<OsPackage, number>();
  for (const { node, path, size, layer } of ground.files) {
    const owner = waste.has(node) || layer < ground.baseLayers ? undefined : ground.owners.ownerOf(node);
    if (owner === undefined || used.has(owner)) continue;
    files.add(layer, { path, bytes: size, note: owner.name });
    packages.set(owner, (packages.get(owner) ?? 0) + size);
  }
  if (files.bytes < LEAST_BYTES) return [];
  const [owner] = packages.keys();
  if (owner === undefined) return [];
  const names = [...packages].sort(([, a], [, b]) => b - a).map(([each]) => each.name);
  const finding = files.finish(
    {
      id: 'unused-packages',
      title: `${names.length} packages that ${program.name} does not reach: ${names.slice(0, 6).join(', ')}${names.length > 6 ? ', …' : ''}`,
      confidence: 'possible',
      fix: `RUN ${INSTALL[owner.manager]} … # without ${names.slice(0, 6).join(', ')}${names.length > 6 ? ', …' : ''}; sampan slim proves what can go`,
    },
    ground,
  );
  return [finding];
}

function usedPackages({ tree, owners }: Ground, program: Program): ReadonlySet<OsPackage> {
  const roots = new Set(owners.packages.filter(isBasic));
  for (const path of program.files) {
    const owner = owners.ownerOf(tree.find(path));
    if (owner !== undefined) roots.add(owner);
  }
  const database = {
    manager: 'dpkg',
    packages: owners.packages,
    databasePaths: [],
    complete: true,
    ownerOf: (path: string) => owners.ownerOf(tree.find(path)),
  } as const;
  return reachablePackages(database, roots);
}

function isBasic(each: OsPackage): boolean {
  if (each.manager === 'rpm' || each.essential || BASIC.has(each.priority ?? '')) return true;
  return each.manager === 'apk' && APK_SYSTEM.test(each.name);
}
