import { availableParallelism } from 'node:os';
import type { LiveContainer } from './containers.ts';
import { type History, openHistory, type Series } from './history/index.ts';
import { containerMetrics, deviceMetrics, type WatchedContainer } from './metrics.ts';
import { formatMetrics } from './prometheus.ts';
import {
  type DeviceSample,
  type GroupSample,
  type NetworkSample,
  type ReadFile,
  sampleDevice,
  sampleGroup,
  sampleNetwork,
} from './read/index.ts';

/** What is kept of a container over time: cores, bytes, bytes a second, processes. */
const CONTAINER_FIELDS = ['cpu', 'memory', 'received', 'sent', 'read', 'written', 'processes'] as const;
/** Of the device: shares from 0 to 1, bytes, degrees. */
const DEVICE_FIELDS = ['cpu', 'memory', 'disk', 'temperature', 'pressure'] as const;
/** The key of the device among histories. */
export const DEVICE_KEY = '/device';

type Rates = Readonly<Record<(typeof CONTAINER_FIELDS)[number], number>>;

/** A container as the API shows it. */
export interface ContainerNow extends WatchedContainer {
  readonly rates: Rates;
}

interface Watched {
  container: LiveContainer;
  history: History;
  group: GroupSample | undefined;
  network: NetworkSample | undefined;
  atMs: number;
  rates: Rates;
}

/** Samples all that is watched, and keeps what it saw. */
export interface Sampler {
  /** Takes one sample. Times are milliseconds: of the day, and of a clock that never jumps. */
  sample(containers: Iterable<LiveContainer>, timeMs: number, monotonicMs: number): void;
  containers(): readonly ContainerNow[];
  device(): DeviceSample | undefined;
  /** By the name of a container, or {@link DEVICE_KEY}. */
  history(key: string): History | undefined;
  histories(): ReadonlyMap<string, Series>;
  restore(saved: ReadonlyMap<string, Series>): void;
  metrics(): string;
}

const NOTHING: Rates = {
  cpu: Number.NaN,
  memory: Number.NaN,
  received: Number.NaN,
  sent: Number.NaN,
  read: Number.NaN,
  written: Number.NaN,
  processes: Number.NaN,
};

/** What a sampler is made of. */
export interface SamplerOptions {
  readonly read: ReadFile;
  readonly disks: readonly string[];
  readonly intervalMs: number;
}

/** Makes a sampler that has seen nothing yet. */
export function openSampler({ read, disks, intervalMs }: SamplerOptions): Sampler {
  const stepS = intervalMs / 1000;
  const board = openBoard(stepS);
  const own = openHistory(DEVICE_FIELDS, stepS);
  let device: DeviceSample | undefined;
  return {
    sample: (containers, timeMs, monotonicMs) => {
      board.keepOnly(containers, (one, container) =>
        sampleOne(one, container, { read, timeMs, monotonicMs }),
      );
      const next = sampleDevice(read, { disks });
      own.push(timeMs / 1000, devicePoint(next, device, stepS));
      device = next;
    },
    containers: () => board.all().map(one => ({ ...counted(one), rates: one.rates })),
    device: () => device,
    history: key => (key === DEVICE_KEY ? own : board.get(key)?.history),
    histories: () =>
      new Map([
        [DEVICE_KEY, own.coarse()],
        ...board.all().map(({ container, history }) => [container.name, history.coarse()] as const),
      ]),
    restore: saved => {
      board.restore(saved);
      const before = saved.get(DEVICE_KEY);
      if (before !== undefined) own.restore(before);
    },
    metrics: () =>
      formatMetrics([
        ...containerMetrics(board.all().map(counted)),
        ...(device === undefined ? [] : deviceMetrics(device, availableParallelism())),
      ]),
  };
}

/** The containers that are watched, by their names: a new one under an old name goes on with its history. */
function openBoard(stepS: number) {
  const watched = new Map<string, Watched>();
  let saved: ReadonlyMap<string, Series> = new Map();
  const watch = (container: LiveContainer): Watched => {
    const known = watched.get(container.name);
    if (known !== undefined) return known;
    const history = openHistory(CONTAINER_FIELDS, stepS);
    const before = saved.get(container.name);
    if (before !== undefined) history.restore(before);
    const fresh = { container, history, group: undefined, network: undefined, atMs: 0, rates: NOTHING };
    watched.set(container.name, fresh);
    return fresh;
  };
  return {
    all: (): readonly Watched[] => [...watched.values()],
    get: (name: string): Watched | undefined => watched.get(name),
    restore: (series: ReadonlyMap<string, Series>): void => {
      saved = series;
    },
    keepOnly: (
      containers: Iterable<LiveContainer>,
      each: (one: Watched, container: LiveContainer) => void,
    ): void => {
      const seen = new Set<string>();
      for (const container of containers) {
        seen.add(container.name);
        each(watch(container), container);
      }
      for (const name of watched.keys()) if (!seen.has(name)) watched.delete(name);
    },
  };
}

function counted({ container, group, network }: Watched): WatchedContainer {
  return { ...about(container), group, network };
}

function about({
  id,
  name,
  image,
  project,
  service,
  startedMs,
  restarts,
}: LiveContainer): Omit<WatchedContainer, 'group' | 'network'> {
  return { id, name, image, project, service, startedMs, restarts };
}

function sampleOne(
  one: Watched,
  container: LiveContainer,
  {
    read,
    timeMs,
    monotonicMs,
  }: { readonly read: ReadFile; readonly timeMs: number; readonly monotonicMs: number },
): void {
  const group = container.places === undefined ? undefined : sampleGroup(container.places, read);
  const network = sampleNetwork(container.pid, read);
  // A new container under the same name counts from nothing again.
  const isSame = one.container.id === container.id && one.container.startedMs === container.startedMs;
  const seconds = isSame && one.atMs > 0 ? (monotonicMs - one.atMs) / 1000 : Number.NaN;
  const rate = (now: number | undefined, before: number | undefined): number =>
    now === undefined || before === undefined || now < before ? Number.NaN : (now - before) / seconds;
  one.rates = {
    cpu: rate(group?.cpuUs, one.group?.cpuUs) / 1e6,
    memory: group?.workingSetBytes ?? Number.NaN,
    received: rate(network?.receivedBytes, one.network?.receivedBytes),
    sent: rate(network?.sentBytes, one.network?.sentBytes),
    read: rate(group?.readBytes, one.group?.readBytes),
    written: rate(group?.writtenBytes, one.group?.writtenBytes),
    processes: group?.processes ?? Number.NaN,
  };
  Object.assign(one, { container, group, network, atMs: monotonicMs });
  one.history.push(
    timeMs / 1000,
    CONTAINER_FIELDS.map(field => one.rates[field]),
  );
}

function devicePoint(next: DeviceSample, before: DeviceSample | undefined, stepS: number): readonly number[] {
  const busy = next.cpu.busyMs - (before?.cpu.busyMs ?? Number.NaN);
  const idle = next.cpu.idleMs - (before?.cpu.idleMs ?? Number.NaN);
  const { memoryBytes = Number.NaN, memoryAvailableBytes = Number.NaN, disks, temperatures, waited } = next;
  const [disk] = disks;
  const warmest = Math.max(...Object.values(temperatures), Number.NEGATIVE_INFINITY);
  const waitedUs = (waited.io ?? Number.NaN) - (before?.waited.io ?? Number.NaN);
  return [
    busy / (busy + idle),
    memoryBytes - memoryAvailableBytes,
    disk === undefined ? Number.NaN : 1 - disk.freeBytes / disk.totalBytes,
    Number.isFinite(warmest) ? warmest : Number.NaN,
    waitedUs / (stepS * 1e6),
  ];
}
