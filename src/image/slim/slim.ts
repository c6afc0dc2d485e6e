import { join } from 'node:path';
import { type ErrorCode, isSampanError, SampanError } from '../../core/errors/index.ts';
import { inStage } from '../../core/progress/index.ts';
import { inSlices, type Steps } from '../../core/steps/index.ts';
import type { OpenImage } from '../../core/store/index.ts';
import { formatCount, formatNumber } from '../../core/text/index.ts';
import { type Leaving, leavings, openWork } from '../../core/work/index.ts';
import { stackLayers, type Tree } from '../tree/index.ts';
import { attemptAll, groundOf, planFor } from './attempts.ts';
import { type Evidence, mergeEvidence } from './evidence/index.ts';
import { observe } from './observe.ts';
import {
  type Drop,
  draftPlan,
  explainDropped,
  type Knowledge,
  type PlanDraft,
  type SlimPlan,
  study,
} from './plan/index.ts';
import type { Loaded, Seen, SlimRequest, SlimResult, SlimTools } from './types.ts';

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
  await using work = await openWork(tools.base);
  // What the runs leave is removed while the next thing is done.
  await using left = leavings();
  const verified = Promise.all(
    loaded.layers.map(layer => (layer.directory === undefined ? layer.verify(tools) : undefined)),
  );
  verified.catch(() => {});
  const { leave } = left;
  const seen = await look(loaded, request, { ...tools, leave });
  const draft = join(work.path, 'draft');
  return await attemptAll({ loaded, request, tools, seen, draft, verified, leave });
}

/** What slimming would do. */
export interface Preview {
  readonly tree: Tree;
  readonly plan: SlimPlan;
  readonly dropped: ReadonlyMap<string, Drop>;
}

/** As {@link slim} begins: observes and plans, and writes nothing. @throws as `slim` does. */
export async function previewSlim(request: SlimRequest, tools: SlimTools): Promise<Preview> {
  const loaded = await load(request.image, tools);
  const seen = await look(loaded, request, tools);
  const { input, plan } = await planFor({ loaded, request, tools, seen }, { ...seen, level: request.level });
  return { tree: loaded.tree, plan, dropped: await explainDropped(input, plan) };
}

/** What says that an image cannot be run here, and nothing about this machine's health. */
const NO_RUN: ReadonlySet<ErrorCode> = new Set([
  'unproven',
  'unsupported',
  'unavailable',
  'not-found',
  'usage',
  'denied',
]);

/** Level `safe` needs no run: that the original does not work here only means that nothing can be proven. */
function unlessNoRun(error: unknown): SampanError {
  if (isSampanError(error) && NO_RUN.has(error.code)) return error;
  throw error;
}

async function load(image: OpenImage, tools: SlimTools): Promise<Loaded> {
  const [config, rawConfig, manifest] = await Promise.all([
    image.image.config(),
    image.image.rawConfig(),
    image.image.manifest(),
  ]);
  const layers = await image.localLayers(tools);
  const { annotations = {} } = manifest;
  return { id: manifest.config.digest, rawConfig, annotations, config, layers, tree: stackLayers(layers) };
}

async function look(loaded: Loaded, request: SlimRequest, tools: SlimTools & Leaving): Promise<Seen> {
  const { engine, progress } = tools;
  const { tree, config } = loaded;
  if (engine === undefined) {
    if (request.level !== 'safe') {
      throw new SampanError(
        'unavailable',
        `level ${request.level} needs a run, and nothing can run the image here`,
        { remedy: 'install runc and run with sudo, or start Docker; or use --level safe' },
      );
    }
    const knowledge = study(tree, config, request.exercise.env);
    return {
      evidence: mergeEvidence(loaded.id, request.evidence),
      knowledge,
      unproven: 'nothing can run containers here',
    };
  }
  const { studied, tryStudy } = studying(loaded, request);
  await using drafting = draftingWith(() =>
    draftPlan(groundOf(loaded, request, { level: request.level, knowledge: studied() })),
  );
  const observing = inStage(progress, {
    title: 'Observing a run',
    run: () =>
      observe(
        engine,
        { ...loaded, exercise: request.exercise },
        { ...tools, meanwhile: tryStudy, started: drafting.begin },
      ),
    summary: ({ run, footprints }) =>
      `ready in ${Math.round(run.readyMs)} ms, ${formatNumber(run.probes.length, 'probe')}, ${formatCount(footprints.length)} footprints`,
  });
  const observation = await (request.level === 'safe' ? observing.catch(unlessNoRun) : observing);
  const known = { knowledge: studied(), draft: await drafting.draft() };
  if (isSampanError(observation)) {
    const evidence = mergeEvidence(loaded.id, request.evidence);
    return { ...known, evidence, unproven: observation.message };
  }
  const own: Evidence = { image: loaded.id, footprints: observation.footprints, lookups: [] };
  return { ...known, evidence: mergeEvidence(loaded.id, [...request.evidence, own]), run: observation.run };
}

/** Plans as far as that goes without evidence: begun while a run goes on, ended with it at the latest when asked. */
function draftingWith(steps: () => Steps<PlanDraft>): AsyncDisposable & {
  readonly begin: () => void;
  readonly draft: () => Promise<PlanDraft>;
} {
  const controller = new AbortController();
  let drafting: Promise<PlanDraft> | undefined;
  const draft = (): Promise<PlanDraft> => {
    drafting ??= (async () => await inSlices(steps(), controller))();
    return drafting;
  };
  return {
    begin: () => {
      // Whoever asks for it is told.
      draft().catch(() => {});
    },
    draft,
    [Symbol.asyncDispose]: async () => {
      controller.abort();
      await drafting?.catch(() => {});
    },
  };
}

/** What needs no run is read once: while others make the root file system, where there is time, or else when asked. */
function studying({ tree, config }: Loaded, request: SlimRequest) {
  let known: Knowledge | undefined;
  const studied = (): Knowledge => {
    known ??= study(tree, config, request.exercise.env);
    return known;
  };
  const tryStudy = (): void => {
    try {
      studied();
    } catch {
      // Whoever asks for it is told.
    }
  };
  return { studied, tryStudy };
}
