import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSampanError, SampanError } from '../../core/errors/index.ts';
import { type AgentHost, type NewEvent, openBus } from '../module/index.ts';
import { type Bench, openBench } from '../supervise/testing/index.ts';
import { decodeSnapshot, encodeSnapshot, openHistory, openRing } from './history/index.ts';
import { monitorModule } from './monitor.ts';
import { formatMetrics } from './prometheus.ts';
import { monitorSettings } from './settings.ts';
import { openThresholds } from './thresholds.ts';

test('a ring keeps the newest points, in order, and drops one of the same time', () => {
  const ring = openRing(['a', 'b'], 3);
  for (const time of [1, 2, 2, 3, 4]) ring.push(time, [time, Number.NaN]);
  deepEqual(ring.read(), { times: [2, 3, 4], values: { a: [2, 3, 4], b: [null, null, null] } });
  deepEqual(ring.read(3).times, [4]);
  ring.push(3.5, [3.5, 0]);
  deepEqual(ring.read().times, [2, 3, 3.5], 'the clock was set back by half a second');
  for (const time of [4, 5, 1]) ring.push(time, [time, 0]);
  deepEqual(ring.read().times, [1]);
});

test('a clock that jumps, back or ahead by years, leaves a history that goes on', () => {
  const year = 31_536_000;
  const history = openHistory(['a'], 5);
  let clock = 2 * year;
  const watch = (minutes: number, value: number): void => {
    for (let step = 0; step < minutes * 12; step++) {
      clock += 5;
      history.push(clock, [value]);
    }
  };
  watch(10, 1);
  clock -= 3600;
  watch(10, 2);
  deepEqual([...new Set(history.fine().values.a)], [2], 'what seems to be of the future is forgotten');
  ok(history.coarse().times.length >= 9);
  clock -= year;
  watch(10, 3);
  deepEqual([...new Set(history.fine().values.a)], [3]);
  clock += 20 * year;
  watch(70, 4);
  deepEqual([...new Set(history.fine().values.a)], [4]);
  ok(history.coarse().times.every((time, index, all) => index === 0 || time > (all[index - 1] ?? 0)));
  const saved = decodeSnapshot(encodeSnapshot(new Map([['x', history.coarse()]])));
  const next = openHistory(['a'], 5);
  next.restore(saved.get('x') ?? { times: [], values: {} });
  // A device without a clock of its own starts in the past until it has a network.
  for (let second = 10; second <= 185; second += 5) next.push(second, [5]);
  deepEqual(next.coarse().values.a, [5, 5, 5]);
});

test('a day is kept as the means of its minutes, also over a restart', () => {
  const history = openHistory(['a'], 5);
  for (let second = 0; second < 300; second += 5) history.push(second, [second < 60 ? 1 : 3]);
  deepEqual(history.coarse().values.a, [1, 3, 3, 3]);
  equal(history.fine().times.length, 60);
  const saved = decodeSnapshot(encodeSnapshot(new Map([['x', history.coarse()]])));
  const next = openHistory(['a'], 5);
  const series = saved.get('x');
  ok(series);
  next.restore(series);
  deepEqual(next.coarse(), history.coarse());
});

test('a damaged snapshot is nothing', () => {
  const bytes = encodeSnapshot(new Map([['x', { times: [1], values: { a: [1] } }]]));
  for (let at = 0; at < bytes.length; at++) {
    const broken = Uint8Array.from(bytes);
    broken[at] = (broken[at] ?? 0) ^ 0xff;
    ok(decodeSnapshot(broken) instanceof Map);
  }
  equal(decodeSnapshot(new Uint8Array(0)).size, 0);
});

test('metrics are written as Prometheus reads them', () => {
  const text = formatMetrics([
    {
      name: 'a_total',
      help: 'A.',
      type: 'counter',
      samples: [
        { labels: { n: 'x"\\\n' }, value: 1.5 },
        { labels: {}, value: undefined },
      ],
    },
    { name: 'b', help: 'B.', type: 'gauge', samples: [{ labels: {}, value: undefined }] },
  ]);
  equal(text, '# HELP a_total A.\n# TYPE a_total counter\na_total{n="x\\"\\\\\\n"} 1.5\n');
});

test('a threshold is told once, when it lasts, and once when it is over', () => {
  const bus = openBus(() => 0);
  const thresholds = openThresholds(bus);
  const event: Pick<NewEvent, 'kind' | 'text' | 'data'> = { kind: 'threshold.x', text: 'x', data: {} };
  for (const share of [1.1, 0.5, 1, 1, 1, 1.2, 0.97, 1, 0.9, 0.5]) thresholds.check('k', share, event);
  deepEqual(
    bus.recent().map(({ kind }) => kind),
    ['threshold.x', 'threshold.x.over'],
  );
});

test('settings are checked, each by its name', () => {
  equal(monitorSettings({}).intervalMs, 5000);
  for (const wrong of [
    { interval: 0 },
    { disks: [1] },
    { thresholds: { memory: 2 } },
    { thresholds: { cup: 1 } },
  ]) {
    try {
      monitorSettings(wrong);
      ok(false, JSON.stringify(wrong));
    } catch (error) {
      ok(isSampanError(error, 'usage'), String(error));
      match(error.message, /^monitor\./);
    }
  }
});

test('containers on a real engine are watched, with cAdvisor’s names, and an OOM kill is told', async t => {
  const bench = await openBench(t);
  if (typeof bench === 'string') return t.skip(bench);
  await bench.up(`
services:
  busy: {image: "IMAGE:1", command: [sh, -c, "while true; do :; done"], cpus: 0.2, mem_limit: 32m}
  hog: {image: "IMAGE:1", mem_limit: 16m, memswap_limit: 16m, command: [sh, -c, "sleep 2; dd if=/dev/zero of=/dev/null bs=64M count=1; sleep 1000"]}
`);
  const { host, files, ending } = hostOn(bench);
  const running = await monitorModule.start(host);
  const deadline = Date.now() + 30_000;
  const isTold = (): boolean => host.bus.recent().some(({ kind }) => kind === 'container.oom');
  while (!isTold() && Date.now() < deadline) await sleep(200);
  const metrics = running.metrics?.() ?? '';
  match(
    metrics,
    new RegExp(`^container_cpu_usage_seconds_total\\{.*name="${bench.name}-busy-1".*\\} [0-9.]+$`, 'm'),
  );
  match(metrics, /^container_spec_memory_limit_bytes\{.*busy-1.*\} 33554432$/m);
  match(metrics, /^machine_memory_bytes \d+$/m);
  ok(isTold(), 'the kill is told');
  const answer = await running.answer?.({
    method: 'GET',
    path: `history/${bench.name}-busy-1`,
    query: new URLSearchParams(),
    body: '',
    signal: ending.signal,
  });
  ok(answer !== undefined && 'json' in answer);
  match(JSON.stringify(answer.json), /"cpu":\[null,0\.[012]/);
  ending.abort();
  await running[Symbol.asyncDispose]();
  ok((files.get('history.zst')?.length ?? 0) > 0);
});

/** What the module is given, hurried: it sleeps a third of a second where it wants more. */
function hostOn({ docker, directory }: Bench): {
  readonly host: AgentHost;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly ending: AbortController;
} {
  const files = new Map<string, Uint8Array>();
  const ending = new AbortController();
  const started = performance.now();
  const host: AgentHost = {
    docker: async () => docker,
    bus: openBus(Date.now),
    signal: ending.signal,
    now: Date.now,
    monotonic: () => performance.now() - started,
    sleep: async ms => {
      if (ending.signal.aborted) throw new SampanError('cancelled', 'the agent ends');
      await sleep(Math.min(ms, 300));
    },
    state: {
      read: async name => files.get(name),
      write: async (name, bytes) => files.set(name, bytes) === files,
      directory: directory,
      wear: () => ({ totalBytes: 0, bytesPerDay: 0 }),
    },
    settings: { interval: 1 },
    projects: [],
    modules: () => new Map(),
  };
  return { host, files, ending };
}
