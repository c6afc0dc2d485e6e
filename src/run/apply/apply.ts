import { type FSWatcher, watch } from 'node:fs';
import { engineEvents } from '../../core/docker/index.ts';
import { isSampanError, SampanError } from '../../core/errors/index.ts';
import type { Project } from '../compose/index.ts';
import type { AgentHost, AgentModule, ProjectPlace, RunningModule } from '../module/index.ts';
import { execute, isIdle, LABELS, type ServiceOutcome, type SuperviseEvent } from '../supervise/index.ts';
import { answer } from './answer.ts';
import { type Bell, openBell } from './bell.ts';
import { type Comparison, look, refuse } from './look.ts';
import { imageIdOf, type Memory, openMemory } from './memory.ts';
import { readVersions } from './record.ts';
import { NO_VERSIONS, type Versions, withHeld } from './versions.ts';

/** What applying needs from outside. */
export interface ApplyTools {
  /** Reads a project. @throws SampanError `usage` and what reading throws. */
  open(place: ProjectPlace): Promise<Project>;
  /** Asks the engine what there is of it. */
  compare(project: Project, signal: AbortSignal): Promise<Comparison>;
}

/** How a project stands. */
interface ProjectState {
  readonly place: ProjectPlace;
  project: Project | undefined;
  /** Why the file cannot be read; the last good one is kept true. */
  problem: string | undefined;
  /** What its services ran, and which are held. */
  versions: Versions;
  outcomes: readonly ServiceOutcome[];
  /** Milliseconds since 1970. */
  appliedMs: number;
  isRight: boolean;
  failures: number;
  retryMs: number;
  readonly refused: Set<string>;
  refreshedMs: number;
}

const CHECK_MS = 60_000;
const SETTLE_MS = 300;
/** Containers that crash in a loop ring all the time: the more looks find nothing to do, the rarer they are. */
const MOST_SETTLE_MS = 15_000;
const BACK_OFF = { firstMs: 5000, mostMs: 300_000 } as const;
/** Ends of containers that an update makes itself; the next look is soon all the same. What is healthy is noted. */
const WAKING = /^(die|destroy|stop|start|rename|oom|health_status: healthy)$/;

/** Keeps projects true: after a change of their files, of containers, of the engine, and once a minute. */
export function applyModule(tools: ApplyTools): AgentModule {
  return {
    name: 'apply',
    start: async host => {
      const states = host.projects.map(
        (place): ProjectState => ({
          place,
          project: undefined,
          problem: undefined,
          versions: NO_VERSIONS,
          outcomes: [],
          appliedMs: 0,
          isRight: false,
          failures: 0,
          retryMs: 0,
          refused: new Set(),
          refreshedMs: Number.NEGATIVE_INFINITY,
        }),
      );
      const bell = openBell();
      const ending = new AbortController();
      const signal = AbortSignal.any([host.signal, ending.signal]);
      const watchers = watchFiles(states, () => {
        // Who has mended a file waits for no back-off.
        for (const state of states) state.retryMs = 0;
        bell.ring();
      });
      // What waits for a device is started when it comes.
      const stopHearing = host.bus.hear(({ kind }) => {
        if (kind === 'device.plugged') bell.ring();
      });
      const listening = listen(host, bell.ring, signal);
      const versions = openMemory(host, states, await readVersions(host.state));
      const working = keepTrue(states, { tools, host, bell, signal, versions });
      return runningApply(states, { host, bell, versions }, async () => {
        stopHearing();
        for (const watcher of watchers) watcher.close();
        ending.abort();
        bell.ring();
        await Promise.allSettled([working, Promise.race([listening, host.sleep(500).catch(() => {})])]);
      });
    },
  };
}

function watchFiles(states: readonly ProjectState[], ring: () => void): readonly FSWatcher[] {
  const paths = new Set(states.flatMap(({ place }) => place.files));
  return [...paths].flatMap(path => {
    try {
      // The directory: editors and deployments replace files by renaming.
      const directory = path.slice(0, path.lastIndexOf('/')) || '/';
      const name = path.slice(path.lastIndexOf('/') + 1);
      const watcher = watch(directory, (_, changed) => {
        if (changed === null || changed === name || changed === '.env') ring();
      });
      watcher.on('error', () => watcher.close());
      return [watcher];
    } catch {
      return [];
    }
  });
}

async function listen(host: AgentHost, ring: () => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const docker = await host.docker();
      ring();
      for await (const { action } of engineEvents(docker, {
        types: ['container'],
        labels: [LABELS.project],
        signal,
      })) {
        if (WAKING.test(action)) ring();
      }
    } catch (error) {
      if (!isSampanError(error)) throw error;
    }
    await host.sleep(2000).catch(() => {});
  }
}

interface Keeping {
  readonly tools: ApplyTools;
  readonly host: AgentHost;
  readonly bell: Bell;
  readonly signal: AbortSignal;
  readonly versions: Memory;
}

async function keepTrue(states: readonly ProjectState[], keeping: Keeping): Promise<void> {
  const { host, bell, signal } = keeping;
  let settleMs = SETTLE_MS;
  while (!signal.aborted) {
    for (const state of states) {
      if (signal.aborted) return;
      if (state.retryMs > host.monotonic()) continue;
      await applyOne(state, keeping);
    }
    const next = Math.min(
      ...states.map(({ retryMs }) => (retryMs > 0 ? retryMs - host.monotonic() : CHECK_MS)),
      CHECK_MS,
    );
    const isRung = await bell.wait(Math.max(next, 100));
    const isStill = states.every(({ isRight }) => isRight);
    settleMs = isRung && isStill ? Math.min(settleMs * 2, MOST_SETTLE_MS) : SETTLE_MS;
    await host.sleep(settleMs).catch(() => {});
  }
}

async function applyOne(state: ProjectState, { tools, host, signal, versions }: Keeping): Promise<void> {
  try {
    await read(state, tools, host);
    if (state.project === undefined) throw new SampanError('usage', state.problem ?? 'there is no project');
    await versions.recall(state, state.project);
    const project = withHeld(state.project, state.versions);
    const report = (event: SuperviseEvent): void => tell(event, project.name, host);
    const looking = { tools, signal, report, nowMs: host.monotonic() };
    const { comparison, plan } = await look(state, project, looking);
    const isRight = isIdle(plan);
    state.outcomes = [];
    await versions.note(state, state.project, comparison);
    if (!isRight) {
      state.isRight = false;
      state.outcomes = await execute(plan, comparison.context(report));
      state.appliedMs = host.now();
      const failed = state.outcomes.filter(({ error }) => error !== undefined);
      if (failed.length > 0) {
        await refuse(state, failed, { tools, project, signal });
        return backOff(state, host, failed.map(({ error }) => error?.message).join('; '));
      }
      // Before the files may say something else.
      await versions.note(state, state.project, await tools.compare(project, signal));
    }
    state.isRight = true;
    state.failures = 0;
    state.retryMs = 0;
  } catch (error) {
    if (signal.aborted) return;
    // One project with a fault of ours must not end what keeps the others.
    backOff(state, host, error instanceof Error ? error.message : String(error));
  }
}

/** A file that has become wrong leaves the last good one in force. */
async function read(state: ProjectState, tools: ApplyTools, host: AgentHost): Promise<void> {
  try {
    state.project = await tools.open(state.place);
    state.problem = undefined;
  } catch (error) {
    if (!isSampanError(error)) throw error;
    if (state.problem !== error.message)
      host.bus.tell({
        from: 'apply',
        kind: 'project.wrong',
        severity: 'error',
        text: error.message,
        data: { file: state.place.files.join() },
      });
    state.problem = error.message;
  }
}

function backOff(state: ProjectState, host: AgentHost, why: string): void {
  state.isRight = false;
  state.failures++;
  const waitMs = Math.min(BACK_OFF.firstMs * 2 ** (state.failures - 1), BACK_OFF.mostMs);
  state.retryMs = host.monotonic() + waitMs;
  if (state.failures > 1 && state.failures % 10 !== 0) return;
  const text = `${state.project?.name ?? state.place.files.join()}: ${why}; tried again in ${Math.round(waitMs / 1000)} s`;
  host.bus.tell({
    from: 'apply',
    kind: 'project.failed',
    severity: 'error',
    text,
    data: { failures: state.failures },
  });
}

const LOUD: Readonly<Partial<Record<SuperviseEvent['kind'], 'warning' | 'error'>>> = {
  'rolled-back': 'error',
  failed: 'error',
  held: 'warning',
  stale: 'warning',
};

function tell(
  { kind, container, detail, service }: SuperviseEvent,
  project: string,
  { bus }: AgentHost,
): void {
  if (kind === 'kept' || kind === 'waiting') return;
  bus.tell({
    from: 'apply',
    kind: `container.${kind}`,
    severity: LOUD[kind] ?? 'info',
    text: `${container} ${kind}${detail === '' ? '' : `: ${detail}`}`,
    data: { project, service, container },
  });
}

/** Never what the files said: they may hold secrets. */
function heldOf({ services }: Versions, name: string): object {
  const held = services[name]?.held;
  return held === undefined ? {} : { held: { imageId: held.runs.imageId, refusedId: held.refused.imageId } };
}

function runningApply(
  states: readonly ProjectState[],
  { host, bell, versions }: Pick<Keeping, 'host' | 'bell' | 'versions'>,
  end: () => Promise<void>,
): RunningModule {
  return {
    status: () =>
      states.map(({ place, project, problem, versions: known, outcomes, appliedMs, isRight, failures }) => ({
        name: project?.name ?? place.name ?? '',
        files: place.files,
        services: [...(project?.services.values() ?? [])].map(({ name, image, scale }) => ({
          name,
          image,
          scale,
          healthy: known.services[name]?.imageId,
          previous: known.services[name]?.previous?.imageId,
          ...heldOf(known, name),
        })),
        isRight,
        problem,
        failures,
        appliedMs,
        failed: outcomes.flatMap(({ service, error }) =>
          error === undefined ? [] : [{ service, error: error.message }],
        ),
      })),
    answer: async call =>
      await answer(states, call, {
        bus: host.bus,
        hasImage: async id => (await imageIdOf(host, id)) !== undefined,
        changed: async () => {
          await versions.write();
          bell.ring();
        },
      }),
    [Symbol.asyncDispose]: end,
  };
}
