/** What the registry counts. */
export interface Metrics {
  /** One more of a counter. Labels are of small, fixed sets. */
  count(name: CounterName, labels?: Labels, by?: number): void;
  /** A request took so long. */
  observe(route: string, seconds: number): void;
  /** In the text format of Prometheus, version 0.0.4. `gauges` are read now. */
  expose(gauges: readonly Gauge[]): string;
}

/** The labels of a figure. */
export type Labels = Readonly<Record<string, string>>;

/** A figure that is read when it is asked for. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly value: number;
  readonly type?: 'gauge' | 'counter';
}

const COUNTERS = {
  sampan_registry_requests_total: 'Requests, by resource, method and status.',
  sampan_registry_sent_bytes_total: 'Bytes of blobs and manifests that were pulled.',
  sampan_registry_received_bytes_total: 'Bytes of blobs and manifests that were pushed.',
  sampan_registry_mirror_requests_total: 'Requests to mirrored repositories, by what became of them.',
  sampan_registry_mirror_fetched_bytes_total: 'Bytes that were fetched from upstream.',
  sampan_registry_collections_total: 'Collections of garbage, by outcome.',
  sampan_registry_collected_bytes_total: 'Bytes that collections freed.',
} as const;

/** A counter that there is. */
export type CounterName = keyof typeof COUNTERS;

const BUCKETS = [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60] as const;
const DURATION = 'sampan_registry_request_seconds';

interface Histogram {
  readonly counts: number[];
  sum: number;
  total: number;
}

/** Counts in memory. */
export function openMetrics(): Metrics {
  const counters = new Map<CounterName, Map<string, number>>();
  const durations = new Map<string, Histogram>();
  return {
    count: (name, labels = {}, by = 1) => {
      const series = counters.get(name) ?? new Map<string, number>();
      counters.set(name, series);
      const key = labelText(labels);
      series.set(key, (series.get(key) ?? 0) + by);
    },
    observe: (route, seconds) => {
      const histogram = durations.get(route) ?? { counts: BUCKETS.map(() => 0), sum: 0, total: 0 };
      durations.set(route, histogram);
      const bucket = BUCKETS.findIndex(limit => seconds <= limit);
      if (bucket >= 0) histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1;
      histogram.sum += seconds;
      histogram.total += 1;
    },
    expose: gauges =>
      [...counterLines(counters), ...durationLines(durations), ...gaugeLines(gauges), ''].join('\n'),
  };
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${value.replace(/[\\"\n]/g, '_')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function counterLines(counters: ReadonlyMap<CounterName, ReadonlyMap<string, number>>): string[] {
  const lines: string[] = [];
  for (const [name, help] of Object.entries(COUNTERS) as [CounterName, string][]) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} counter`);
    const series = counters.get(name) ?? new Map([['', 0]]);
    for (const [labels, value] of series) lines.push(`${name}${labels} ${value}`);
  }
  return lines;
}

function durationLines(durations: ReadonlyMap<string, Histogram>): string[] {
  const lines = [`# HELP ${DURATION} How long requests took.`, `# TYPE ${DURATION} histogram`];
  for (const [route, { counts, sum, total }] of durations) {
    let below = 0;
    for (const [i, limit] of BUCKETS.entries()) {
      below += counts[i] ?? 0;
      lines.push(`${DURATION}_bucket{resource="${route}",le="${limit}"} ${below}`);
    }
    lines.push(`${DURATION}_bucket{resource="${route}",le="+Inf"} ${total}`);
    lines.push(
      `${DURATION}_sum{resource="${route}"} ${sum}`,
      `${DURATION}_count{resource="${route}"} ${total}`,
    );
  }
  return lines;
}

function gaugeLines(gauges: readonly Gauge[]): string[] {
  return gauges.flatMap(({ name, help, value, type = 'gauge' }) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${type}`,
    `${name} ${value}`,
  ]);
}
