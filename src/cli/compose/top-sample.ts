import {
  type GroupPlaces,
  type GroupSample,
  groupPlaces,
  type ReadFile,
  sampleGroup,
  sampleNetwork,
  smallFiles,
} from '../../run/monitor/index.ts';
import type { CurrentContainer } from '../../run/supervise/index.ts';

/** What a container uses now. Unknown is NaN. */
export interface TopRow {
  readonly service: string;
  readonly container: string;
  readonly status: string;
  /** Cores. */
  readonly cpu: number;
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  /** Bytes a second. */
  readonly received: number;
  readonly sent: number;
  readonly read: number;
  readonly written: number;
  readonly processes: number;
  readonly oomKills: number;
  /** Cores and bytes of the last samples, the oldest first. */
  readonly cpuPast: readonly number[];
  readonly memoryPast: readonly number[];
}

/** Watches containers by the counters of the kernel. */
export interface TopSampler {
  /** Takes a sample of each; rates are those since the one before. */
  sample(containers: readonly CurrentContainer[], nowMs: number): readonly TopRow[];
}

const PAST = 60;

interface Seen {
  readonly startedAt: string;
  readonly places: GroupPlaces | undefined;
  atMs: number;
  counters: Counters;
  readonly cpuPast: number[];
  readonly memoryPast: number[];
}

type Counters = Readonly<Record<'cpuUs' | 'received' | 'sent' | 'read' | 'written', number>>;

const NONE: Counters = {
  cpuUs: Number.NaN,
  received: Number.NaN,
  sent: Number.NaN,
  read: Number.NaN,
  written: Number.NaN,
};

/** Makes a sampler that has seen nothing yet. */
export function topSampler(read: ReadFile = smallFiles()): TopSampler {
  const seen = new Map<string, Seen>();
  return {
    sample: (containers, nowMs) => {
      for (const id of seen.keys()) if (!containers.some(one => one.id === id)) seen.delete(id);
      return containers.map(container => {
        const known = seen.get(container.id);
        const one =
          known !== undefined && known.startedAt === container.startedAt ? known : fresh(container, read);
        seen.set(container.id, one);
        return rowOf(container, one, { read, nowMs });
      });
    },
  };
}

function fresh({ pid, startedAt }: CurrentContainer, read: ReadFile): Seen {
  const places = pid === 0 ? undefined : groupPlaces(pid, read);
  return { startedAt, places, atMs: 0, counters: NONE, cpuPast: [], memoryPast: [] };
}

function rowOf(
  { service, name, status, pid }: CurrentContainer,
  one: Seen,
  { read, nowMs }: { readonly read: ReadFile; readonly nowMs: number },
): TopRow {
  const isLive = status === 'running' && pid !== 0;
  const group = isLive && one.places !== undefined ? sampleGroup(one.places, read) : undefined;
  const network = isLive ? sampleNetwork(pid, read) : undefined;
  const counters = countersOf(group, network);
  const seconds = (nowMs - one.atMs) / 1000;
  const rate = (key: keyof Counters): number => Math.max(0, (counters[key] - one.counters[key]) / seconds);
  const row = {
    service,
    container: name,
    status,
    cpu: rate('cpuUs') / 1e6,
    memoryBytes: group?.workingSetBytes ?? Number.NaN,
    memoryLimitBytes: group?.memoryLimitBytes ?? Number.NaN,
    received: rate('received'),
    sent: rate('sent'),
    read: rate('read'),
    written: rate('written'),
    processes: group?.processes ?? Number.NaN,
    oomKills: group?.oomKills ?? Number.NaN,
    cpuPast: one.cpuPast,
    memoryPast: one.memoryPast,
  };
  one.atMs = nowMs;
  one.counters = counters;
  keep(one.cpuPast, row.cpu);
  keep(one.memoryPast, row.memoryBytes);
  return row;
}

function countersOf(group: GroupSample | undefined, network: ReturnType<typeof sampleNetwork>): Counters {
  return {
    cpuUs: group?.cpuUs ?? Number.NaN,
    received: network?.receivedBytes ?? Number.NaN,
    sent: network?.sentBytes ?? Number.NaN,
    read: group?.readBytes ?? Number.NaN,
    written: group?.writtenBytes ?? Number.NaN,
  };
}

function keep(past: number[], value: number): void {
  past.push(value);
  if (past.length > PAST) past.shift();
}
