import type { Metric, Sample } from './prometheus.ts';
import type { DeviceSample, GroupSample, NetworkSample } from './read/index.ts';

/** A container as it was last sampled. */
export interface WatchedContainer {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly project: string;
  readonly service: string;
  readonly startedMs: number;
  readonly restarts: number;
  readonly group: GroupSample | undefined;
  readonly network: NetworkSample | undefined;
}

type Value = (container: WatchedContainer) => number | undefined;

const micro = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : value / 1e6;

/** Names of cAdvisor where the meaning is the same. (cAdvisor documentation, "Prometheus container metrics") */
const CONTAINER: readonly (readonly [string, Metric['type'], string, Value])[] = [
  [
    'container_cpu_usage_seconds_total',
    'counter',
    'Processor time used, in seconds.',
    c => micro(c.group?.cpuUs),
  ],
  [
    'container_cpu_cfs_periods_total',
    'counter',
    'Periods in which the quota was enforced.',
    c => c.group?.periods,
  ],
  [
    'container_cpu_cfs_throttled_periods_total',
    'counter',
    'Periods in which it was throttled.',
    c => c.group?.throttledPeriods,
  ],
  [
    'container_cpu_cfs_throttled_seconds_total',
    'counter',
    'Time for which it was throttled.',
    c => micro(c.group?.throttledUs),
  ],
  ['container_memory_usage_bytes', 'gauge', 'Memory in use, page cache included.', c => c.group?.memoryBytes],
  [
    'container_memory_working_set_bytes',
    'gauge',
    'Memory in use without inactive page cache.',
    c => c.group?.workingSetBytes,
  ],
  ['container_memory_rss', 'gauge', 'Anonymous memory.', c => c.group?.anonymousBytes],
  ['container_memory_cache', 'gauge', 'Page cache.', c => c.group?.cacheBytes],
  ['container_memory_swap', 'gauge', 'Swap in use.', c => c.group?.swapBytes],
  [
    'container_spec_memory_limit_bytes',
    'gauge',
    'The limit of memory; 0 for none.',
    c => c.group?.memoryLimitBytes ?? (c.group && 0),
  ],
  [
    'container_oom_events_total',
    'counter',
    'Processes that were killed for the memory limit.',
    c => c.group?.oomKills,
  ],
  ['container_processes', 'gauge', 'Processes and threads.', c => c.group?.processes],
  ['container_fs_reads_bytes_total', 'counter', 'Bytes read from block devices.', c => c.group?.readBytes],
  [
    'container_fs_writes_bytes_total',
    'counter',
    'Bytes written to block devices.',
    c => c.group?.writtenBytes,
  ],
  ['container_network_receive_bytes_total', 'counter', 'Bytes received.', c => c.network?.receivedBytes],
  [
    'container_network_receive_packets_total',
    'counter',
    'Packets received.',
    c => c.network?.receivedPackets,
  ],
  [
    'container_network_receive_errors_total',
    'counter',
    'Errors while receiving.',
    c => c.network?.receiveErrors,
  ],
  [
    'container_network_receive_packets_dropped_total',
    'counter',
    'Received packets that were dropped.',
    c => c.network?.receiveDrops,
  ],
  ['container_network_transmit_bytes_total', 'counter', 'Bytes sent.', c => c.network?.sentBytes],
  ['container_network_transmit_packets_total', 'counter', 'Packets sent.', c => c.network?.sentPackets],
  ['container_network_transmit_errors_total', 'counter', 'Errors while sending.', c => c.network?.sendErrors],
  [
    'container_network_transmit_packets_dropped_total',
    'counter',
    'Packets that were not sent.',
    c => c.network?.sendDrops,
  ],
  [
    'container_pressure_cpu_waiting_seconds_total',
    'counter',
    'Time in which a process waited for a processor.',
    c => micro(c.group?.waited.cpu),
  ],
  [
    'container_pressure_memory_waiting_seconds_total',
    'counter',
    'Time in which a process waited for memory.',
    c => micro(c.group?.waited.memory),
  ],
  [
    'container_pressure_io_waiting_seconds_total',
    'counter',
    'Time in which a process waited for a disk.',
    c => micro(c.group?.waited.io),
  ],
  [
    'container_start_time_seconds',
    'gauge',
    'When it was started, in seconds since 1970.',
    c => c.startedMs / 1000,
  ],
  [
    'sampan_container_restarts_total',
    'counter',
    'How often it was started again by itself.',
    c => c.restarts,
  ],
];

/** The metrics of all containers. */
export function containerMetrics(containers: readonly WatchedContainer[]): readonly Metric[] {
  const labels = containers.map(({ id, name, image, project, service }) => ({
    id: `/docker/${id}`,
    name,
    image,
    container_label_com_docker_compose_project: project,
    container_label_com_docker_compose_service: service,
  }));
  return CONTAINER.map(([name, type, help, value]) => ({
    name,
    type,
    help,
    samples: containers.map(
      (container, index): Sample => ({ labels: labels[index] ?? {}, value: value(container) }),
    ),
  }));
}

/** The metrics of the device: the names of the node exporter where the meaning is the same. */
export function deviceMetrics(sample: DeviceSample, processors: number): readonly Metric[] {
  return [
    gauge('machine_cpu_cores', 'Processors.', processors),
    gauge('machine_memory_bytes', 'Memory.', sample.memoryBytes),
    gauge(
      'node_memory_MemAvailable_bytes',
      'Memory that can be had without swapping.',
      sample.memoryAvailableBytes,
    ),
    gauge('node_load1', 'Load, mean of a minute.', sample.load1),
    labelled('node_cpu_seconds_total', 'Processor time.', {
      type: 'counter',
      label: 'mode',
      values: { busy: sample.cpu.busyMs / 1000, idle: sample.cpu.idleMs / 1000 },
    }),
    ...waitMetrics(sample),
    ...diskMetrics(sample),
    labelled('node_thermal_zone_temp', 'Temperature in degrees Celsius.', {
      label: 'type',
      values: sample.temperatures,
    }),
    labelled('sampan_device_throttling', 'What the firmware reports: 1 for yes.', {
      label: 'state',
      values:
        sample.throttling === undefined ? {} : mapped({ ...sample.throttling }, isSet => (isSet ? 1 : 0)),
    }),
    labelled('sampan_device_flash_life_used_ratio', 'How much of the life of a flash memory is used.', {
      label: 'device',
      values: mapped(sample.wear, tenths => tenths / 10),
    }),
  ];
}

function gauge(name: string, help: string, value: number | undefined): Metric {
  return { name, help, type: 'gauge', samples: [{ labels: {}, value }] };
}

/** One sample for each value of one label. */
function labelled(
  name: string,
  help: string,
  {
    type = 'gauge',
    label,
    values,
  }: {
    readonly type?: Metric['type'];
    readonly label: string;
    readonly values: Readonly<Record<string, number>>;
  },
): Metric {
  return {
    name,
    help,
    type,
    samples: Object.entries(values).map(([key, value]) => ({ labels: { [label]: key }, value })),
  };
}

function mapped<T>(
  values: Readonly<Record<string, T>>,
  change: (value: T) => number,
): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}

function waitMetrics({ waited }: DeviceSample): readonly Metric[] {
  return (['cpu', 'memory', 'io'] as const).map(what => ({
    name: `node_pressure_${what}_waiting_seconds_total`,
    help: `Time in which a process waited for ${what}.`,
    type: 'counter',
    samples: [{ labels: {}, value: micro(waited[what]) }],
  }));
}

function diskMetrics({ disks }: DeviceSample): readonly Metric[] {
  const of = (pick: (disk: DeviceSample['disks'][number]) => number): Readonly<Record<string, number>> =>
    Object.fromEntries(disks.map(disk => [disk.path, pick(disk)]));
  const label = 'mountpoint';
  return [
    labelled('node_filesystem_size_bytes', 'Size of a file system.', {
      label,
      values: of(one => one.totalBytes),
    }),
    labelled('node_filesystem_avail_bytes', 'Free room of a file system.', {
      label,
      values: of(one => one.freeBytes),
    }),
    labelled('node_filesystem_files', 'Inodes of a file system.', {
      label,
      values: of(one => one.totalInodes),
    }),
    labelled('node_filesystem_files_free', 'Free inodes of a file system.', {
      label,
      values: of(one => one.freeInodes),
    }),
  ];
}
