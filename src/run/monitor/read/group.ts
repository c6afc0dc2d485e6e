import { join } from 'node:path';
import { keyed, numberIn, type ReadFile } from './files.ts';
import type { Controller, GroupPlaces } from './groups.ts';

/** The counters of a container; absent where the kernel does not keep them. */
export interface GroupSample {
  /** Microseconds of processor time so far. */
  readonly cpuUs: number | undefined;
  readonly memoryBytes: number | undefined;
  /** Without the page cache that the kernel drops first: what counts against the limit under pressure. */
  readonly workingSetBytes: number | undefined;
  readonly anonymousBytes: number | undefined;
  readonly cacheBytes: number | undefined;
  readonly swapBytes: number | undefined;
  /** Absent for none. */
  readonly memoryLimitBytes: number | undefined;
  readonly processes: number | undefined;
  readonly processLimit: number | undefined;
  readonly readBytes: number | undefined;
  readonly writtenBytes: number | undefined;
  readonly periods: number | undefined;
  readonly throttledPeriods: number | undefined;
  readonly throttledUs: number | undefined;
  /** Processes that the kernel killed for the memory limit, so far. */
  readonly oomKills: number | undefined;
  /** Microseconds in which some process waited (PSI); version 2 only. */
  readonly waited: Readonly<Record<'cpu' | 'memory' | 'io', number | undefined>>;
}

/** No limit, as version 1 writes it: the highest multiple of a page. */
const UNLIMITED = 2 ** 62;
const NO_WAITS = { cpu: undefined, memory: undefined, io: undefined } as const;

/** Reads all counters of a group (kernel documentation, cgroup-v1 and cgroup-v2). */
export function sampleGroup(places: GroupPlaces, read: ReadFile): GroupSample {
  return places.version === 2 ? unified(places.directory, read) : split(places.directories, read);
}

function unified(directory: string, read: ReadFile): GroupSample {
  const file = (name: string): string | undefined => read(join(directory, name));
  const cpu = file('cpu.stat');
  const stat = file('memory.stat');
  const memoryBytes = numberIn(file('memory.current'));
  const io = ioStat(file('io.stat'));
  return {
    cpuUs: keyed(cpu, 'usage_usec'),
    memoryBytes,
    workingSetBytes: workingSet(memoryBytes, keyed(stat, 'inactive_file')),
    anonymousBytes: keyed(stat, 'anon'),
    cacheBytes: keyed(stat, 'file'),
    swapBytes: numberIn(file('memory.swap.current')),
    memoryLimitBytes: numberIn(file('memory.max')),
    processes: numberIn(file('pids.current')),
    processLimit: numberIn(file('pids.max')),
    ...io,
    periods: keyed(cpu, 'nr_periods'),
    throttledPeriods: keyed(cpu, 'nr_throttled'),
    throttledUs: keyed(cpu, 'throttled_usec'),
    oomKills: keyed(file('memory.events'), 'oom_kill'),
    waited: {
      cpu: waitedUs(file('cpu.pressure')),
      memory: waitedUs(file('memory.pressure')),
      io: waitedUs(file('io.pressure')),
    },
  };
}

function split(directories: Readonly<Partial<Record<Controller, string>>>, read: ReadFile): GroupSample {
  const file = (controller: Controller, name: string): string | undefined => {
    const directory = directories[controller];
    return directory === undefined ? undefined : read(join(directory, name));
  };
  const stat = file('memory', 'memory.stat');
  const cpu = file('cpu', 'cpu.stat');
  const nanos = numberIn(file('cpuacct', 'cpuacct.usage'));
  const memoryBytes = numberIn(file('memory', 'memory.usage_in_bytes'));
  const limit = numberIn(file('memory', 'memory.limit_in_bytes'));
  const throttledNs = keyed(cpu, 'throttled_time');
  return {
    cpuUs: nanos === undefined ? undefined : Math.floor(nanos / 1000),
    memoryBytes,
    workingSetBytes: workingSet(memoryBytes, keyed(stat, 'total_inactive_file')),
    anonymousBytes: keyed(stat, 'total_rss'),
    cacheBytes: keyed(stat, 'total_cache'),
    swapBytes: keyed(stat, 'total_swap'),
    memoryLimitBytes: limit !== undefined && limit < UNLIMITED ? limit : undefined,
    processes: numberIn(file('pids', 'pids.current')),
    processLimit: numberIn(file('pids', 'pids.max')),
    ...blkio(
      file('blkio', 'blkio.throttle.io_service_bytes_recursive') ??
        file('blkio', 'blkio.throttle.io_service_bytes'),
    ),
    periods: keyed(cpu, 'nr_periods'),
    throttledPeriods: keyed(cpu, 'nr_throttled'),
    throttledUs: throttledNs === undefined ? undefined : Math.floor(throttledNs / 1000),
    oomKills: keyed(file('memory', 'memory.oom_control'), 'oom_kill'),
    waited: NO_WAITS,
  };
}

function workingSet(memory: number | undefined, inactive: number | undefined): number | undefined {
  return memory === undefined ? undefined : Math.max(0, memory - (inactive ?? 0));
}

type Traffic = Pick<GroupSample, 'readBytes' | 'writtenBytes'>;

/** `8:0 rbytes=1 wbytes=2 rios=…`, one line for each device. */
function ioStat(text: string | undefined): Traffic {
  return summed(text, /rbytes=(\d+)/g, /wbytes=(\d+)/g);
}

/** `8:0 Read 1`, one line for each device and direction. */
function blkio(text: string | undefined): Traffic {
  return summed(text, / Read (\d+)/g, / Write (\d+)/g);
}

function summed(text: string | undefined, reads: RegExp, writes: RegExp): Traffic {
  if (text === undefined) return { readBytes: undefined, writtenBytes: undefined };
  const sum = (pattern: RegExp): number => {
    let total = 0;
    for (const [, bytes] of text.matchAll(pattern)) total += Number(bytes);
    return total;
  };
  return { readBytes: sum(reads), writtenBytes: sum(writes) };
}

/** `some avg10=… total=123`. (kernel documentation, psi) */
export function waitedUs(text: string | undefined): number | undefined {
  const total = text === undefined ? undefined : /^some .*total=(\d+)/m.exec(text)?.[1];
  return total === undefined ? undefined : Number(total);
}
