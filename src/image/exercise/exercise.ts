import { setTimeout as sleep } from 'node:timers/promises';
import type { Container, Engine, Exit } from '../../core/engine/index.ts';
import type { ImageConfig } from '../../core/oci/index.ts';
import { crawl, type Visit } from './crawl.ts';
import { healthOf } from './health.ts';
import { runProbe } from './probes.ts';
import { type Waited, waitReady } from './ready.ts';
import { specOf, usedPorts } from './spec.ts';
import { heeds } from './stopping.ts';
import type { Exercise, RunRecord } from './types.ts';

/** What is run, and how. */
export interface Subject {
  readonly config: ImageConfig;
  /** The unpacked root file system. */
  readonly rootfs: string;
  readonly exercise: Exercise;
  /** What the root file system could not be given. */
  readonly warnings?: readonly string[];
  /** An earlier run of the same app: the same ports and pages are asked for. */
  readonly like?: RunRecord | undefined;
  readonly signal?: AbortSignal;
  /** Called when the container has started. */
  readonly started?: () => void;
  /** See `StartOptions` of the engine. */
  readonly beforeStart?: (pid: number) => Promise<void>;
  /** Called when the app is ready and no probe has failed, before it is stopped. */
  readonly whileReady?: (container: Container) => Promise<void>;
}

const STOP_GRACE_MS = 10_000;

/**
 * Starts an app, waits until it is ready, tries everything that is known of it (its health check, its ports as a
 * visitor would, the user's probes), and stops it gracefully. An app that fails is a result, not an error.
 *
 * @throws what the engine throws when it cannot start; SampanError `cancelled`.
 */
export async function exercise(engine: Engine, subject: Subject): Promise<RunRecord> {
  const spec = specOf(subject.config, subject.rootfs, subject.exercise);
  const started = performance.now();
  await using container = await engine.start(spec, {
    ...(subject.signal === undefined ? {} : { signal: subject.signal }),
    ...(subject.beforeStart === undefined ? {} : { beforeStart: subject.beforeStart }),
  });
  subject.started?.();
  const health = healthOf(subject.config);
  const waited = await waitReady(container, {
    ports: subject.like?.ports ?? usedPorts(subject.config, subject.exercise),
    some: subject.like === undefined,
    ...(health === undefined ? {} : { health }),
    timeoutMs: subject.exercise.readyMs,
    ...(subject.signal === undefined ? {} : { signal: subject.signal }),
  });
  const readyMs = performance.now() - started;
  const tried = waited.kind === 'ready' ? await probeAll(container, subject, waited.ports) : NOTHING;
  if (waited.kind === 'ready' && tried.probes.every(probe => probe.ok)) await subject.whileReady?.(container);
  return await conclude(container, { subject, waited, readyMs, ...tried });
}

type Tried = Pick<RunRecord, 'probes' | 'visited'>;

const NOTHING: Tried = { probes: [], visited: [] };

async function probeAll(container: Container, subject: Subject, open: readonly number[]): Promise<Tried> {
  const { config, exercise: wanted, signal } = subject;
  const ports = usedPorts(config, wanted);
  const options = signal === undefined ? {} : { signal };
  const tour = subject.like === undefined ? await visitAll(container, open, signal) : undefined;
  const visited = tour?.map(visit => visit.probe) ?? subject.like?.visited ?? [];
  const results = tour?.map(visit => visit.result) ?? [];
  if (tour === undefined) {
    for (const probe of visited) results.push(await runProbe(probe, container, { ports, ...options }));
  }
  const health = healthOf(config);
  if (health !== undefined) {
    const result = await runProbe({ kind: 'exec', args: health.args }, container, { ports, ...options });
    results.push({ ...result, name: 'health check' });
  }
  for (const probe of wanted.probes) results.push(await runProbe(probe, container, { ports, ...options }));
  if (wanted.durationMs > 0) await sleep(wanted.durationMs, undefined, options);
  return { probes: results, visited };
}

async function visitAll(
  container: Container,
  ports: readonly number[],
  signal: AbortSignal | undefined,
): Promise<Visit[]> {
  const visits: Visit[] = [];
  for (const port of ports) visits.push(...(await crawl(container, port, signal)));
  return visits;
}

interface Ending extends Tried {
  readonly subject: Subject;
  readonly waited: Waited;
  readonly readyMs: number;
}

async function conclude(container: Container, ending: Ending): Promise<RunRecord> {
  const { subject, waited, readyMs, probes, visited } = ending;
  const usage = await container.usage();
  const stopping = performance.now();
  const exit = waited.kind === 'ended' ? waited.exit : await stop(container, subject.config);
  return {
    outcome: outcomeOf(waited, exit),
    readyMs,
    stopMs: performance.now() - stopping,
    exit,
    probes,
    visited,
    ports: waited.kind === 'ready' ? waited.ports : [],
    output: await container.output(),
    usage,
    ...(waited.kind === 'too-late' && waited.health !== undefined ? { health: waited.health } : {}),
    warnings: [...(subject.warnings ?? []), ...(container.warnings ?? [])],
  };
}

function stop(container: Container, config: ImageConfig): Promise<Exit> {
  const signal = config.config?.StopSignal || 'SIGTERM';
  const inVain = container.pid !== undefined && !heeds(container.pid, signal);
  return container.stop({ signal, graceMs: inVain ? 0 : STOP_GRACE_MS });
}

function outcomeOf(waited: Waited, exit: Exit): RunRecord['outcome'] {
  if (waited.kind === 'ready') return 'ready';
  if (waited.kind === 'too-late') return 'never-ready';
  return exit.code === 0 ? 'finished' : 'crashed';
}
