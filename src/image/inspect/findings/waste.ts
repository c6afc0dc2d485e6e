import type { OsPackage, PackageDatabase } from '../../userland/packages/os/index.ts';
import { surroundingsOf, wasteFinder } from '../../userland/waste/index.ts';
import { environmentOf } from '../environment.ts';
import type { Finding } from '../finding.ts';
import type { Ground } from '../ground.ts';
import { Collector } from './collect.ts';
import { leftoverOf } from './extra.ts';
import { GO_TOOLCHAIN, kindOfRule, type Told } from './groups.ts';

/** What the files that a container sees were found to be. */
export interface Waste {
  readonly findings: readonly Finding[];
  /** The id of the finding that a node is in. */
  readonly of: ReadonlyMap<number, string>;
}

const LEAST_BYTES = 4096;

/** Files that a running app does not need, by the rules of `userland/waste` and some more. */
export function wasteIn(ground: Ground): Waste {
  const { tree, owners, languages, config } = ground;
  const wasteOf = wasteFinder(
    surroundingsOf({
      tree,
      env: environmentOf(config.config?.Env ?? []),
      databases: [databaseOf(ground)],
      languages,
    }),
  );
  const broughtByGo = broughtBy(ground, /^golang(?:-|$)/);
  const groups = new Map<string, { readonly kind: Told; readonly files: Collector }>();
  const of = new Map<number, string>();
  for (const file of ground.files) {
    const owner = owners.ownerOf(file.node);
    const rule = wasteOf(tree.at(file.node, file.path), owner);
    const told = leftoverOf(file.path) ?? (rule === undefined ? undefined : kindOfRule(rule));
    if (told === undefined) continue;
    // Go's packages bring a C compiler along: without them it would not be there.
    const kind = told.id === 'build-toolchain' && broughtByGo.has(owner) ? GO_TOOLCHAIN : told;
    const group = groups.get(kind.id) ?? { kind, files: new Collector() };
    groups.set(kind.id, group);
    group.files.add(file.layer, { path: file.path, bytes: file.size });
    of.set(file.node, kind.id);
  }
  const findings = [...groups.values()]
    .filter(({ files }) => files.bytes >= LEAST_BYTES)
    .map(({ kind: { clean, ...kind }, files }) => {
      const finding = files.finish(kind, ground);
      return { ...finding, fix: cleanedUp(finding, clean) ?? kind.fix };
    });
  return { findings, of };
}

/** The instruction that made most of it, with what cleans it up. */
function cleanedUp({ causes: [first] }: Finding, clean: string | undefined): string | undefined {
  const instruction = first?.instruction ?? '';
  if (clean === undefined || !instruction.startsWith('RUN ') || instruction.length > 240) return undefined;
  return `${instruction} && ${clean}`;
}

/** Packages of these names, and what they bring along. */
function broughtBy({ owners }: Ground, names: RegExp): ReadonlySet<OsPackage | undefined> {
  const byName = new Map(
    owners.packages.flatMap(each => [each.name, ...each.provides].map(name => [name, each])),
  );
  const reached = new Set<OsPackage | undefined>(owners.packages.filter(each => names.test(each.name)));
  for (const each of reached) {
    if (each === undefined) continue;
    for (const name of [...each.depends.flat(), ...(owners.recommends.get(each) ?? [])]) {
      const found = byName.get(name);
      if (found !== undefined) reached.add(found);
    }
  }
  return reached;
}

/** What rules ask of a package database, over the owners. */
function databaseOf({ tree, owners }: Ground): PackageDatabase {
  return {
    manager: 'dpkg',
    packages: owners.packages,
    databasePaths: [],
    complete: true,
    ownerOf: path => owners.ownerOf(tree.find(path)),
  };
}
