import type { Digest } from '../../core/bytes/index.ts';
import type { Engine } from '../../core/engine/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import type { ImageConfig } from '../../core/oci/index.ts';
import { inStage, type Progress } from '../../core/progress/index.ts';
import {
  type Cancel,
  imageFrom,
  type LocalLayer,
  localLayers,
  type OpenImage,
  type OwnStore,
} from '../../core/store/index.ts';
import { formatCount, formatSize } from '../../core/text/index.ts';
import type { Exercise, RunRecord } from '../exercise/index.ts';
import { healthOf } from '../exercise/index.ts';
import { stackLayers, type Tree } from '../tree/index.ts';
import { type Evidence, mergeEvidence } from './evidence/index.ts';
import { type Figures, figuresOf } from './figures.ts';
import { observe } from './observe.ts';
import { type Level, planSlim, type SlimPlan } from './plan/index.ts';
import type { Candidate, Prover, Verdict } from './prover.ts';
import { type Rebuilt, rebuild, type SlimNodes, slimNodes } from './rebuild/index.ts';

/** What to slim, and how. */
export interface SlimRequest {
  readonly image: OpenImage;
  readonly level: Level;
  readonly exercise: Exercise;
  /** Of earlier runs. */
  readonly evidence: readonly Evidence[];
  readonly keep: readonly string[];
  readonly drop: readonly string[];
  readonly strip: boolean;
}

/** What slimming works with. */
export interface SlimTools extends Cancel {
  readonly store: OwnStore;
  /** Where work directories go. */
  readonly base: string;
  /** Absent where nothing can be run: then only level `safe` works, and nothing is proven. */
  readonly engine?: Engine;
  readonly prover?: Prover;
  readonly progress: Progress;
}

/** One attempt that did not prove itself. */
export interface Attempt {
  readonly level: Level;
  readonly problems: readonly string[];
  /** What was added after it. */
  readonly lookups: readonly string[];
}

/** A slim image: in the store, proven (or not, where nothing could be run), without a name yet. */
export interface SlimResult {
  readonly original: { readonly id: Digest; readonly tree: Tree; readonly config: ImageConfig };
  readonly rebuilt: Rebuilt;
  readonly plan: SlimPlan;
  readonly nodes: SlimNodes;
  readonly evidence: Evidence;
  readonly before: Figures;
  readonly after: Figures;
  readonly attempts: readonly Attempt[];
  /** Of the original and of the slim image. */
  readonly runs?: { readonly original: RunRecord; readonly slim: RunRecord };
}

const ROUNDS = 3;
const SAFER: Readonly<Record<Level, readonly Level[]>> = {
  tight: ['tight', 'balanced', 'safe'],
  balanced: ['balanced', 'safe'],
  safe: ['safe'],
};

/** An image that is read and stacked. */
interface Loaded {
  readonly id: Digest;
  readonly rawConfig: Uint8Array;
  readonly config: ImageConfig;
  readonly layers: readonly LocalLayer[];
  readonly tree: Tree;
}

/**
 * Makes an image small: observes it, plans what to keep, rebuilds it, and has it proven; what fails its proof is
 * repaired, then tried at a safer level.
 *
 * @throws SampanError `unproven` when no level proves itself, or the original does not work; `unavailable`.
 */
export async function slim(request: SlimRequest, tools: SlimTools): Promise<SlimResult> {
  const loaded = await inStage(tools.progress, {
    title: `Reading ${request.image.name}`,
    run: () => load(request.image, tools),
    summary: ({ tree, layers }) => `${layers.length} layers, ${formatCount(tree.size)} entries`,
  });
  const verified = Promise.all(
    loaded.layers.map(layer => (layer.directory === undefined ? layer.verify(tools) : undefined)),
  );
  verified.catch(() => {});
  const seen = await look(loaded, request, tools);
  const made = await attemptAll({ loaded, request, tools, seen });
  await verified;
  return made;
}

async function load(image: OpenImage, tools: SlimTools): Promise<Loaded> {
  const [config, rawConfig, manifest] = await Promise.all([
    image.image.config(),
    image.image.rawConfig(),
    image.image.manifest(),
  ]);
  const layers = await image.localLayers(tools);
  return { id: manifest.config.digest, rawConfig, config, layers, tree: stackLayers(layers) };
}

/** What slimming would do. */
export interface Preview {
  readonly tree: Tree;
  readonly plan: SlimPlan;
}

/** As {@link slim} begins: observes and plans, and writes nothing. @throws as `slim` does. */
export async function previewSlim(request: SlimRequest, tools: SlimTools): Promise<Preview> {
  const loaded = await load(request.image, tools);
  const seen = await look(loaded, request, tools);
  const plan = await planFor({ loaded, request, tools, seen }, request.level, seen.evidence);
  return { tree: loaded.tree, plan };
}

/** What is known of an image when planning begins. */
interface Seen {
  readonly evidence: Evidence;
  readonly run?: RunRecord;
}

async function look(loaded: Loaded, request: SlimRequest, tools: SlimTools): Promise<Seen> {
  const { engine, progress } = tools;
  if (engine === undefined) {
    if (request.level !== 'safe') {
      throw new SampanError(
        'unavailable',
        `level ${request.level} needs a run, and nothing can run the image here`,
        {
          remedy: 'install runc and run with sudo, or start Docker; or use --level safe',
        },
      );
    }
    return { evidence: mergeEvidence(loaded.id, request.evidence) };
  }
  const observation = await inStage(progress, {
    title: 'Observing a run',
    run: () => observe(engine, { ...loaded, exercise: request.exercise }, tools),
    summary: ({ run, footprints }) =>
      `ready in ${Math.round(run.readyMs)} ms, ${run.probes.length} probes, ${formatCount(footprints.length)} footprints`,
  });
  const own: Evidence = { image: loaded.id, footprints: observation.footprints, lookups: [] };
  return { evidence: mergeEvidence(loaded.id, [...request.evidence, own]), run: observation.run };
}

interface Task {
  readonly loaded: Loaded;
  readonly request: SlimRequest;
  readonly tools: SlimTools;
  readonly seen: Seen;
}

async function attemptAll(task: Task): Promise<SlimResult> {
  const attempts: Attempt[] = [];
  for (const level of SAFER[task.request.level]) {
    let evidence = task.seen.evidence;
    for (let round = 0; round <= ROUNDS; round += 1) {
      const made = await make(task, level, evidence);
      const verdict = await proof(task, made);
      if (verdict === undefined || verdict.proven)
        return resultOf(task, made, { evidence, attempts, verdict });
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

interface Made {
  readonly plan: SlimPlan;
  readonly nodes: SlimNodes;
  readonly rebuilt: Rebuilt;
  readonly candidate: Candidate;
}

async function planFor(
  { loaded, request, tools }: Task,
  level: Level,
  evidence: Evidence,
): Promise<SlimPlan> {
  const health = healthOf(loaded.config);
  const probes = request.exercise.probes.flatMap(probe => (probe.kind === 'exec' ? [probe.args] : []));
  return await inStage(tools.progress, {
    title: `Planning (${level})`,
    run: async () =>
      planSlim({
        tree: loaded.tree,
        config: withCommand(loaded.config, request.exercise.command),
        level,
        evidence,
        commands: [...(health === undefined ? [] : [health.args]), ...probes],
        env: request.exercise.env,
        keep: request.keep,
        drop: request.drop,
      }),
    summary: each => `keeps ${formatCount(each.kept.size)} of ${formatCount(loaded.tree.size)} entries`,
  });
}

async function make(task: Task, level: Level, evidence: Evidence): Promise<Made> {
  const plan = await planFor(task, level, evidence);
  return await inStage(task.tools.progress, {
    title: 'Rebuilding',
    run: () => build(task, plan),
    summary: ({ rebuilt }) =>
      `${formatSize(rebuilt.layers.reduce((sum, layer) => sum + layer.size, 0))} in ${rebuilt.layers.length} layers`,
  });
}

function withCommand(config: ImageConfig, command: readonly string[] | undefined): ImageConfig {
  return command === undefined ? config : { ...config, config: { ...config.config, Cmd: command } };
}

async function build({ loaded, request, tools }: Task, plan: SlimPlan): Promise<Made> {
  const nodes = slimNodes(loaded.tree, plan, request);
  const rebuilt = await rebuild(tools.store.blobs, { original: loaded, plan, nodes }, tools);
  const image = imageFrom(tools.store.blobs, rebuilt.root);
  const layers = await localLayers(image, tools.store.blobs, tools);
  return { plan, nodes, rebuilt, candidate: { tree: stackLayers(layers), layers } };
}

async function proof({ seen, tools }: Task, made: Made): Promise<Verdict | undefined> {
  const { prover } = tools;
  const { run } = seen;
  if (prover === undefined || run === undefined) return undefined;
  return await inStage(tools.progress, {
    title: 'Proving it',
    run: () => prover.prove(made.candidate, run, tools),
    summary: verdict =>
      verdict.proven
        ? `works as the original does, ${verdict.run.probes.length} probes`
        : verdict.problems.join('; '),
  });
}

async function repairs({ loaded, tools }: Task, made: Made): Promise<readonly string[]> {
  const failed = await inStage(tools.progress, {
    title: 'Looking what it misses',
    run: async () => (await tools.prover?.failedLookups(made.candidate, tools)) ?? [],
    summary: paths => `${paths.length} look-ups failed`,
  });
  const { tree } = loaded;
  const wanted = failed.filter(path => {
    const node = tree.resolve(path)?.node;
    return node !== undefined && node.kind !== 'directory' && !made.plan.kept.has(node.path);
  });
  return [...new Set(wanted)].sort();
}

function resultOf(
  { loaded, seen }: Task,
  made: Made,
  proven: {
    readonly evidence: Evidence;
    readonly attempts: readonly Attempt[];
    readonly verdict: Verdict | undefined;
  },
): SlimResult {
  const { plan, nodes, rebuilt, candidate } = made;
  const { evidence, attempts, verdict } = proven;
  return {
    original: { id: loaded.id, tree: loaded.tree, config: loaded.config },
    rebuilt,
    plan,
    nodes,
    evidence,
    before: figuresOf(loaded.tree, loaded.layers),
    after: figuresOf(candidate.tree, candidate.layers),
    attempts,
    ...(seen.run === undefined || verdict === undefined
      ? {}
      : { runs: { original: seen.run, slim: verdict.run } }),
  };
}
