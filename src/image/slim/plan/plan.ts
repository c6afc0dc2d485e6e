import { readContent } from '../../../core/bytes/index.ts';
import type { Node } from '../../tree/index.ts';
import { reducedDatabase } from '../../userland/packages/os/index.ts';
import { keepApp } from './app.ts';
import { keepCompanions, keepDistributions } from './companions.ts';
import { keepDirectories } from './directories.ts';
import { environmentOf } from './environment.ts';
import { factsOf } from './facts.ts';
import { globsIn } from './glob.ts';
import { groupPaths } from './groups.ts';
import { Keeper } from './keeper.ts';
import type { Knowledge } from './knowledge.ts';
import { MachineCode } from './machine-code.ts';
import { keepObserved } from './observed.ts';
import type { Owners } from './owners.ts';
import { keepByRules } from './rules.ts';
import { keepAllButWaste } from './safe.ts';
import { keepSources } from './sources.ts';
import type { PlanInput, SlimPlan } from './types.ts';

/**
 * Decides what a slim image keeps. Pure: the same input gives the same plan; only contents of the tree are read.
 *
 * @throws SampanError `usage` for a bad pattern; what reading the tree throws.
 */
export function planSlim(input: PlanInput): SlimPlan {
  const { tree, config, level, knowledge } = input;
  const { owners } = knowledge;
  const keeper = new Keeper(tree, excludedBy(input, owners));
  keepChosen(keeper, input.keep);
  keepDatabases(keeper, owners);
  keepObserved(keeper, input.evidence);
  if (level === 'balanced') keepApp(keeper, knowledge);
  keepReachable(keeper, input);
  keepCompanions(keeper);
  if (level !== 'tight') keepDistributions(keeper, owners);
  if (level === 'safe') {
    const isWaste = (node: Node): boolean => knowledge.wasteOf(node)?.safe === true;
    keepAllButWaste(keeper, owners, { needed: new Set(keeper.kept.keys()), isWaste });
  }
  keepDirectories(keeper, config, owners);
  return conclude(input, keeper);
}

const ROUNDS = 4;

/** Follows what is kept to what it can load, and that again, until nothing new comes. */
function keepReachable(keeper: Keeper, input: PlanInput): void {
  const { tree, config, level, knowledge } = input;
  const env = environmentOf([...(config.config?.Env ?? []), ...input.env]);
  const code = new MachineCode(keeper, input);
  const read = new Set<string>();
  for (let round = 0, size = -1; round < ROUNDS && size !== keeper.kept.size; round += 1) {
    size = keeper.kept.size;
    const named = keepSources(keeper, input, read);
    code.follow();
    code.keepNamed(named);
    if (level !== 'tight') {
      code.followNames(knowledge.owners, path => isWastePath(tree.get(path), knowledge));
    }
    code.follow();
    keepByRules(keeper, factsOf(code.files), { level, env });
    code.follow();
  }
}

function isWastePath(node: Node | undefined, known: Knowledge): boolean {
  return node === undefined || known.wasteOf(node) !== undefined;
}

/** Package databases are written anew; the user's word on what goes is final, except against `--keep`. */
function excludedBy(input: PlanInput, owners: Owners): (path: string) => boolean {
  const kept = globsIn(input.tree, input.keep);
  const dropped = globsIn(input.tree, input.drop);
  const read = new Set(
    input.evidence.footprints.flatMap(print => (print.kind === 'read' ? [print.path] : [])),
  );
  return path => !kept(path) && (dropped(path) || (owners.isDatabase(path) && !read.has(path)));
}

/** A database that cannot be reduced stays, so that scanners still read it. */
function keepDatabases(keeper: Keeper, owners: Owners): void {
  const whole = owners.databases.filter(database => database.manager === 'rpm');
  for (const path of whole.flatMap(database => database.databasePaths)) {
    const todo = [path];
    for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
      keeper.keep(at, { kind: 'package', text: 'the package database' });
      for (const name of keeper.tree.list(at)) todo.push(`${at}/${name}`);
    }
  }
}

function keepChosen(keeper: Keeper, patterns: readonly string[]): void {
  if (patterns.length === 0) return;
  const chosen = globsIn(keeper.tree, patterns);
  for (const node of keeper.tree.nodes()) {
    if (chosen(node.path)) keeper.keep(node.path, { kind: 'user', text: 'wanted by --keep' });
  }
}

function conclude(input: PlanInput, keeper: Keeper): SlimPlan {
  const { owners } = input.knowledge;
  const kept = new Map([...keeper.kept].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  const packages = owners.databases.flatMap(database => database.packages);
  const staying = packages.filter(each => each.files.some(path => kept.has(path)));
  return {
    level: input.level,
    kept,
    groups: groupPaths(input.tree, kept.keys(), owners),
    written: writtenFiles(input, kept, owners),
    packages: {
      kept: staying.map(each => each.name),
      dropped: packages.filter(each => !staying.includes(each)).map(each => each.name),
    },
  };
}

function writtenFiles(
  input: PlanInput,
  kept: ReadonlyMap<string, unknown>,
  owners: Owners,
): Map<string, Uint8Array> {
  const written = new Map<string, Uint8Array>();
  for (const database of owners.databases) {
    const packages = database.packages.filter(each => each.files.some(path => kept.has(path)));
    const files = reducedDatabase(input.tree, database, { packages, keeps: path => kept.has(path) });
    for (const { path, content } of files ?? []) written.set(path, readContent(content));
  }
  return written;
}
