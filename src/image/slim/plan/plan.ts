import { readContent } from '../../../core/bytes/index.ts';
import { atOnce, type Steps } from '../../../core/steps/index.ts';
import type { Node } from '../../tree/index.ts';
import { reducedDatabase } from '../../userland/packages/os/index.ts';
import type { Evidence } from '../evidence/index.ts';
import { keepApp } from './app.ts';
import { keepCompanions, keepDistributions } from './companions.ts';
import { keepDirectories } from './directories.ts';
import { environmentOf } from './environment.ts';
import { FactFinder } from './facts.ts';
import { globsIn } from './glob.ts';
import { groupPaths } from './groups.ts';
import { Keeper } from './keeper.ts';
import { MachineCode } from './machine-code.ts';
import { keepObserved } from './observed.ts';
import type { Owners } from './owners.ts';
import { keepByRules } from './rules.ts';
import { keepAllButWaste } from './safe.ts';
import { SettingsReader } from './settings.ts';
import { SourceKeeper } from './sources.ts';
import { keepTranslations } from './translations.ts';
import type { PlanGround, PlanInput, SlimPlan } from './types.ts';
import { isWastePath } from './waste.ts';

/** A plan before it is known what a run used. It can be concluded once. */
export interface PlanDraft {
  readonly ground: PlanGround;
  readonly keeper: Keeper;
  /** Paths that are left out, but which a run read. */
  readonly needed: Set<string>;
  readonly reach: () => Steps<void>;
}

/**
 * Decides what a slim image keeps. Pure: the same input gives the same plan; only contents of the tree are read.
 *
 * @throws SampanError `usage` for a bad pattern; what reading the tree throws.
 */
export function planSlim(input: PlanInput): SlimPlan {
  return atOnce(concludePlan(atOnce(draftPlan(input)), input.evidence));
}

/** The part of {@link planSlim} that needs no evidence, for the time while a run goes on. @throws as it does. */
export function* draftPlan(ground: PlanGround): Steps<PlanDraft> {
  const { tree, level, knowledge } = ground;
  const { owners } = knowledge;
  const needed = new Set<string>();
  const excluded = excludedBy(ground, owners);
  const keeper = new Keeper(tree, path => excluded(path, needed));
  keepChosen(keeper, ground.keep);
  keepDatabases(keeper, owners);
  if (level === 'balanced') yield* keepApp(keeper, knowledge);
  const reach = reaching(keeper, ground);
  yield* reach();
  return { ground, keeper, needed, reach };
}

/** The rest of {@link planSlim}: what a run used, and what that can load. @throws as it does. */
export function* concludePlan(
  { ground, keeper, needed, reach }: PlanDraft,
  evidence: Evidence,
): Steps<SlimPlan> {
  const { config, level, knowledge } = ground;
  const { owners } = knowledge;
  for (const { path, kind } of evidence.footprints) if (kind === 'read') needed.add(path);
  keepObserved(keeper, evidence);
  yield* reach();
  keepCompanions(keeper);
  if (level !== 'tight') keepDistributions(keeper, owners);
  if (level === 'safe') {
    const isWaste = (node: Node): boolean => knowledge.wasteOf(node)?.safe === true;
    keepAllButWaste(keeper, owners, { needed: new Set(keeper.kept.keys()), isWaste });
  }
  keepDirectories(keeper, config, owners);
  return conclude(ground, keeper);
}

const ROUNDS = 4;

/** Follows what is kept to what it can load, and that again, until nothing new comes; a second call goes on from there. */
function reaching(keeper: Keeper, ground: PlanGround): () => Steps<void> {
  const { tree, config, level, knowledge } = ground;
  const env = environmentOf([...(config.config?.Env ?? []), ...ground.env]);
  const code = new MachineCode(keeper, ground);
  const sources = new SourceKeeper(keeper, ground);
  const facts = new FactFinder();
  const settings = new SettingsReader(keeper, knowledge.owners);
  const isWaste = (path: string, by?: string): boolean => isWastePath(tree, path, knowledge, { by });
  return function* reach() {
    for (let round = 0, size = -1; round < ROUNDS && size !== keeper.kept.size; round += 1) {
      size = keeper.kept.size;
      const named = yield* sources.follow();
      yield* code.follow();
      code.keepNamed(named);
      if (level !== 'tight') yield* code.followNames(knowledge.owners, isWaste);
      if (level !== 'tight') yield* settings.follow(isWaste);
      yield* code.follow();
      yield* facts.read(code.files);
      keepByRules(keeper, facts.found, { level, env });
      if (level !== 'tight') keepTranslations(keeper, knowledge.owners, { env, isWaste });
      yield* code.follow();
    }
  };
}

/**
 * Package databases are written anew, but for what a run needed of them; the user's word on what goes is final, except
 * against `--keep`.
 */
function excludedBy(
  ground: PlanGround,
  owners: Owners,
): (path: string, needed: ReadonlySet<string>) => boolean {
  const kept = globsIn(ground.tree, ground.keep);
  const dropped = globsIn(ground.tree, ground.drop);
  return (path, needed) => !kept(path) && (dropped(path) || (owners.isDatabase(path) && !needed.has(path)));
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

function conclude(input: PlanGround, keeper: Keeper): SlimPlan {
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
  input: PlanGround,
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
