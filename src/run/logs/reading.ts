import type { ContainerState } from '../../core/docker/index.ts';
import type { AgentHost } from '../module/index.ts';
import { watchContainers } from './containers.ts';
import { newCounts, type ServiceCounts } from './counts.ts';
import { type Following, followEngine, followFile, hasReadableFile } from './follow.ts';
import { type Intake, openIntake } from './intake.ts';
import { PLACES, placesBytes, readPlaces } from './places.ts';
import type { LogRecord } from './record.ts';
import { type LogsSettings, type ServiceRules, serviceRules } from './settings.ts';

const SERVICE = 'com.docker.compose.service';
const PROJECT = 'com.docker.compose.project';
const RULES = 'io.sampan.logs';
/** While something was printed lately, and otherwise. */
const POLL_MS = { busy: 200, idle: 1000 };
const BUSY_FOR_MS = 10_000;
const TELL_MS = 60_000;
const MAX_CONTAINERS = 500;

/** Follows all containers that are wanted. Disposing it remembers where their files were left. */
export interface Reading extends AsyncDisposable {
  /** By project and service. */
  readonly counts: ReadonlyMap<string, ServiceCounts>;
}

type Pass = (record: Omit<LogRecord, 'id'>) => void;

/** Begins to follow containers; their lines come to `pass`. */
export async function openReading(host: AgentHost, settings: LogsSettings, pass: Pass): Promise<Reading> {
  const counts = new Map<string, ServiceCounts>();
  const followed = new Map<string, Following>();
  const ending = new AbortController();
  const signal = AbortSignal.any([host.signal, ending.signal]);
  const places = readPlaces(await host.state.read(PLACES));
  const buffer = Buffer.allocUnsafe(128 * 1024);
  const there = (state: ContainerState, isNew: boolean): void => {
    const known = followed.get(state.id);
    known?.started(state);
    if (known !== undefined) return;
    if (followed.size >= MAX_CONTAINERS || !isWanted(state, settings)) return;
    const intake = intakeFor(state, { host, settings, counts, pass });
    const { maxLineBytes } = settings;
    const from = places.get(state.id) ?? (isNew ? 'start' : 'end');
    const one = hasReadableFile(state)
      ? followFile(state, intake, { from, maxLineBytes, buffer })
      : followEngine(state, intake, { host, isNew, maxLineBytes });
    followed.set(state.id, one);
  };
  const gone = (id: string): void => {
    const one = followed.get(id);
    // What it printed last is still in its file, which is open.
    one?.poll(host.monotonic(), settings.readBytesPerSecond);
    one?.end();
    followed.delete(id);
  };
  const work = [
    watchContainers(host, { there, gone }, signal),
    poll(followed, settings, { host, signal, counts }),
  ];
  return {
    counts,
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await Promise.race([
        Promise.allSettled(work),
        new Promise(resolve => setTimeout(resolve, 1000).unref()),
      ]);
      await leave(followed, host);
    },
  };
}

async function leave(followed: ReadonlyMap<string, Following>, { state }: AgentHost): Promise<void> {
  const left = [...followed].flatMap(([id, one]) => {
    const place = one.place();
    return place === undefined ? [] : [[id, place] as const];
  });
  for (const one of followed.values()) one.end();
  await state.write(PLACES, placesBytes(new Map(left)));
}

function isWanted(state: ContainerState, { services }: LogsSettings): boolean {
  return state.status !== 'created' && (services === undefined || services.has(serviceOf(state)));
}

function serviceOf({ labels, name }: ContainerState): string {
  return labels[SERVICE] ?? name;
}

function intakeFor(
  state: ContainerState,
  about: {
    readonly host: AgentHost;
    readonly settings: LogsSettings;
    readonly counts: Map<string, ServiceCounts>;
    readonly pass: Pass;
  },
): Intake {
  const { host, settings, counts, pass } = about;
  const origin = { project: state.labels[PROJECT] ?? '', service: serviceOf(state), container: state.name };
  const key = `${origin.project}/${origin.service}`;
  const found = counts.get(key) ?? newCounts(origin.project, origin.service);
  counts.set(key, found);
  return openIntake(origin, rulesFor(state, settings, host), { counts: found, pass });
}

/** What the Compose file says of it, over what the agent is told. */
function rulesFor(
  { labels, name }: ContainerState,
  { rules }: LogsSettings,
  { bus }: AgentHost,
): ServiceRules {
  const text = labels[RULES];
  if (text === undefined) return rules;
  try {
    const given: unknown = JSON.parse(text);
    return typeof given === 'object' && given !== null
      ? serviceRules({ ...given }, 'x-sampan.logs.', rules)
      : rules;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    bus.tell({
      from: 'logs',
      kind: 'logs.rules-wrong',
      severity: 'warning',
      text: `${name}: ${message}`,
      data: { container: name },
    });
    return rules;
  }
}

async function poll(
  followed: ReadonlyMap<string, Following>,
  { readBytesPerSecond }: LogsSettings,
  about: {
    readonly host: AgentHost;
    readonly signal: AbortSignal;
    readonly counts: ReadonlyMap<string, ServiceCounts>;
  },
): Promise<void> {
  const { host, signal, counts } = about;
  const told = new Map<ServiceCounts, { lost: number; atMs: number }>();
  let busyMs = Number.NEGATIVE_INFINITY;
  let beforeMs = host.monotonic();
  while (!signal.aborted) {
    const now = host.monotonic();
    const budget = Math.ceil(
      (readBytesPerSecond * Math.min(2000, Math.max(POLL_MS.busy, now - beforeMs))) / 1000,
    );
    beforeMs = now;
    for (const one of followed.values()) if (one.poll(now, budget)) busyMs = now;
    for (const one of counts.values()) tellLosses(one, told, host);
    await host.sleep(now - busyMs < BUSY_FOR_MS ? POLL_MS.busy : POLL_MS.idle).catch(() => {});
  }
}

/** At most once a minute for each service. */
function tellLosses(
  counts: ServiceCounts,
  told: Map<ServiceCounts, { lost: number; atMs: number }>,
  { bus, monotonic }: AgentHost,
): void {
  const lost = counts.limited + counts.skippedBytes;
  const before = told.get(counts) ?? { lost: 0, atMs: Number.NEGATIVE_INFINITY };
  if (lost <= before.lost || monotonic() - before.atMs < TELL_MS) return;
  told.set(counts, { lost, atMs: monotonic() });
  const { service, limited, skippedBytes } = counts;
  bus.tell({
    from: 'logs',
    kind: 'logs.dropped',
    severity: 'warning',
    text: `${service} prints too much: ${limited} lines and ${skippedBytes} bytes were dropped so far`,
    data: { service, lines: limited, bytes: skippedBytes },
  });
}
