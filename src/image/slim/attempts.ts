import type { Digest } from '../../core/bytes/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import type { ImageConfig } from '../../core/oci/index.ts';
import { inStage } from '../../core/progress/index.ts';
import { inSlices } from '../../core/steps/index.ts';
import {
  adoptBlobs,
  blobDirectory,
  imageFrom,
  localLayers,
  synchroniseBlobs,
} from '../../core/store/index.ts';
import { formatCount, formatNumber, formatSize } from '../../core/text/index.ts';
import type { Leaving } from '../../core/work/index.ts';
import { healthOf } from '../exercise/index.ts';
import { stackLayers, type Tree } from '../tree/index.ts';
import { type Evidence, mergeEvidence } from './evidence/index.ts';
import { figuresOf } from './figures.ts';
import {
  concludePlan,
  type Drop,
  draftPlan,
  explainDropped,
  type Level,
  type PlanDraft,
  type PlanGround,
  type PlanInput,
  type SlimPlan,
} from './plan/index.ts';
import type { Candidate, Verdict } from './prover.ts';
import { checkSpace, type Rebuilt, rebuild, type SlimNodes, slimNodes } from './rebuild/index.ts';
import type { Attempt, Loaded, Seen, SlimRequest, SlimResult, SlimTools } from './types.ts';

const ROUNDS = 3;
const SAFER: Readonly<Record<Level, readonly Level[]>> = {
  tight: ['tight', 'balanced', 'safe'],
  balanced: ['balanced', 'safe'],
  safe: ['safe'],
};

/** All that attempts work with. */
export interface Task extends Leaving {
  readonly loaded: Loaded;
  readonly request: SlimRequest;
  readonly tools: SlimTools;
  readonly seen: Seen;
  /** Where images lie until they are proven. */
  readonly draft: string;
  /** Settles when the original's layers are known to be what their digests say; nothing is stored before. */
  readonly verified: Promise<unknown>;
}

/**
 * Plans, rebuilds and proves, at the level that was asked for and then at safer ones; what fails its proof is
 * repaired first.
 *
 * @throws SampanError `unproven` when no level proves itself.
 */
export async function attemptAll(task: Task): Promise<SlimResult> {
  const attempts: Attempt[] = [];
  for (const level of SAFER[task.request.level]) {
    let evidence = task.seen.evidence;
    for (let round = 0; round <= ROUNDS; round += 1) {
      const draft = attempts.length === 0 ? task.seen.draft : undefined;
      const made = await make(task, { level, evidence, draft });
      // Told while the app runs, when there is time.
      const begun = Promise.withResolvers<void>();
      const [verdict, dropped] = await Promise.all([
        proof(task, made, begun.resolve).finally(begun.resolve),
        begun.promise.then(() => explainDropped(made.input, made.plan)),
      ]);
      if (verdict === undefined || verdict.proven) {
        await task.verified;
        await adoptBlobs(task.draft, task.tools.store.directory, made.digests);
        return resultOf(task, made, { evidence, attempts, verdict, dropped });
      }
      const lookups = await repairs(task, made);
      attempts.push({ level, problems: verdict.problems, lookups });
      if (lookups.length === 0) break;
      evidence = mergeEvidence(evidence.image, [evidence, { ...evidence, footprints: [], lookups }]);
    }
  }
  const last = attempts.at(-1)?.problems.join('; ') ?? '';
  throw new SampanError(
    'unproven',
    `no slim image of ${task.request.image.name} works as the original does: ${last}`,
    {
      remedy: 'keep what it misses with --keep, or try --level safe --no-strip',
    },
  );
}

interface Made extends Planned {
  readonly nodes: SlimNodes;
  readonly rebuilt: Rebuilt;
  readonly candidate: Candidate;
  /** All its blobs. */
  readonly digests: readonly Digest[];
}

/** A plan, and what it was made of. */
interface Planned {
  readonly input: PlanInput;
  readonly plan: SlimPlan;
}

/** What one attempt begins with. */
export interface Start {
  readonly level: Level;
  readonly evidence: Evidence;
  /** What was planned for this level before there was evidence. It is used up. */
  readonly draft?: PlanDraft | undefined;
}

/** Plans for one level. */
export async function planFor(
  { loaded, request, tools, seen }: Omit<Task, 'draft' | 'verified'>,
  { level, evidence, draft }: Start,
): Promise<Planned> {
  return await inStage(tools.progress, {
    title: `Planning (${level})`,
    run: async () => {
      const { knowledge } = seen;
      const begun =
        draft ?? (await inSlices(draftPlan(groundOf(loaded, request, { level, knowledge })), tools));
      const plan = await inSlices(concludePlan(begun, evidence), tools);
      return { input: { ...begun.ground, evidence }, plan };
    },
    summary: ({ plan }) => `keeps ${formatCount(plan.kept.size)} of ${formatCount(loaded.tree.size)} entries`,
  });
}

/** What a plan is made of before there is evidence. */
export function groundOf(
  loaded: Loaded,
  request: SlimRequest,
  { level, knowledge }: Pick<PlanGround, 'level' | 'knowledge'>,
): PlanGround {
  const health = healthOf(loaded.config);
  const probes = request.exercise.probes.flatMap(probe => (probe.kind === 'exec' ? [probe.args] : []));
  return {
    tree: loaded.tree,
    config: withCommand(loaded.config, request.exercise.command),
    level,
    knowledge,
    commands: [...(health === undefined ? [] : [health.args]), ...probes],
    env: request.exercise.env,
    keep: request.keep,
    drop: request.drop,
  };
}

async function make(task: Task, start: Start): Promise<Made> {
  const planned = await planFor(task, start);
  return await inStage(task.tools.progress, {
    title: 'Rebuilding',
    run: () => build(task, planned),
    summary: ({ rebuilt }) =>
      `${formatSize(rebuilt.layers.reduce((sum, layer) => sum + layer.size, 0))} in ${rebuilt.layers.length} layers`,
  });
}

function withCommand(config: ImageConfig, command: readonly string[] | undefined): ImageConfig {
  return command === undefined ? config : { ...config, config: { ...config.config, Cmd: command } };
}

async function build({ loaded, request, tools, draft }: Task, { input, plan }: Planned): Promise<Made> {
  const nodes = slimNodes(loaded.tree, plan, request);
  checkSpace(nodes, tools.base);
  const blobs = blobDirectory(draft, { durable: false });
  const rebuilt = await rebuild(blobs, { original: loaded, plan, nodes }, tools);
  const digests = [...rebuilt.layers.map(layer => layer.digest), rebuilt.id, rebuilt.root.digest];
  // The disk is busy with it while the proof runs; whether it worked shows when the blobs are adopted.
  synchroniseBlobs(draft, digests).catch(() => {});
  const layers = await localLayers(imageFrom(blobs, rebuilt.root), blobs, tools);
  return { input, plan, nodes, rebuilt, candidate: { tree: stackLayers(layers), layers }, digests };
}

async function proof(
  { seen, loaded, tools, leave }: Task,
  made: Made,
  started: () => void,
): Promise<Verdict | undefined> {
  const { prover } = tools;
  const { run: original } = seen;
  if (prover === undefined || original === undefined) return undefined;
  return await inStage(tools.progress, {
    title: 'Proving it',
    run: async () => {
      const options = { ...tools, ...(leave === undefined ? {} : { leave }) };
      const run = await prover.run(made.candidate, original, { ...options, started });
      let problems = prover.differences([original], run);
      if (problems.length > 0) {
        // An app that answers otherwise each time must not fail for that: what does the original do a second time?
        const again = await prover.run(loaded, original, options);
        problems = prover.differences([original, again], run);
      }
      return { proven: problems.length === 0, problems, run };
    },
    summary: verdict =>
      verdict.proven
        ? `works as the original does, ${formatNumber(verdict.run.probes.length, 'probe')}`
        : verdict.problems.join('; '),
  });
}

async function repairs({ loaded, seen, tools }: Task, made: Made): Promise<readonly string[]> {
  const { run } = seen;
  const failed = await inStage(tools.progress, {
    title: 'Looking what it misses',
    run: async () =>
      run === undefined ? [] : ((await tools.prover?.failedLookups(made.candidate, run, tools)) ?? []),
    summary: paths => `${paths.length} look-ups failed`,
  });
  const wanted = failed.filter(path => isMissed(path, loaded.tree, made.plan));
  return [...new Set(wanted)].sort();
}

/** True when the original has what the path leads to, and the plan lacks it or a link on the way. */
function isMissed(path: string, tree: Tree, plan: SlimPlan): boolean {
  const found = tree.resolve(path);
  if (found === undefined) return false;
  return [...found.via, found.node].some(node => !plan.kept.has(node.path));
}

function resultOf(
  { loaded, seen }: Task,
  made: Made,
  proven: {
    readonly evidence: Evidence;
    readonly attempts: readonly Attempt[];
    readonly verdict: Verdict | undefined;
    readonly dropped: ReadonlyMap<string, Drop>;
  },
): SlimResult {
  const { plan, nodes, rebuilt, candidate } = made;
  const { evidence, attempts, verdict, dropped } = proven;
  return {
    original: { id: loaded.id, tree: loaded.tree, config: loaded.config },
    rebuilt,
    plan,
    dropped,
    nodes,
    evidence,
    before: figuresOf(loaded.tree, loaded.layers, seen.knowledge.owners.databases),
    after: figuresOf(candidate.tree, candidate.layers),
    attempts,
    ...(seen.unproven === undefined ? {} : { unproven: seen.unproven }),
    ...(seen.run === undefined || verdict === undefined
      ? {}
      : { runs: { original: seen.run, slim: verdict.run } }),
  };
}
