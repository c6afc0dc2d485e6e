import { equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeContainer } from '../../core/docker/index.ts';
import type { RunningModule } from '../module/index.ts';
import { projectContainers } from '../supervise/index.ts';
import { openBench } from '../supervise/testing/index.ts';
import { logsModule } from './logs.ts';
import { fakeHost } from './testing/index.ts';

const PROJECT = `
services:
  flood: {image: "IMAGE:1", command: [yes, "INFO all of this is printed as fast as it can be"], cpus: 0.5}
  big: {image: "IMAGE:1", command: [sh, -c, "busybox head -c 1048576 /dev/zero | busybox tr '\\\\0' x; echo; echo after; sleep 1000"]}
  garbage: {image: "IMAGE:1", command: [sh, -c, "busybox head -c 200000 /dev/urandom; echo; sleep 3; echo after; sleep 1000"]}
  gone: {image: "IMAGE:1", command: [sh, -c, "while true; do echo here; sleep 0.1; done"]}
  trace: {image: "IMAGE:1", command: [sh, -c, "echo 'ERROR x'; echo '  at y'; echo INFO z; sleep 1000"], x-sampan: {logs: {level: warn}}}
  local: {image: "IMAGE:1", logging: {driver: local}, command: [sh, -c, "sleep 1; echo through the engine; sleep 1000"]}
  terminal: {image: "IMAGE:1", tty: true, command: [sh, -c, "echo on a terminal; sleep 1000"]}
`;

interface Line {
  readonly service: string;
  readonly text: string;
}

async function linesOf(running: RunningModule, service: string): Promise<readonly Line[]> {
  const query = new URLSearchParams({ service, limit: '1000' });
  const { signal } = new AbortController();
  const answer = await running.answer?.({ method: 'GET', path: 'lines', query, body: '', signal });
  ok(answer !== undefined && 'json' in answer);
  const { lines }: { lines: Line[] } = JSON.parse(JSON.stringify(answer.json));
  return lines;
}

async function awaitLine(running: RunningModule, service: string, text: string): Promise<void> {
  for (let i = 0; i < 150; i++) {
    if ((await linesOf(running, service)).some(line => line.text === text)) return;
    await sleep(200);
  }
  ok(false, `${service} never printed ${text}`);
}

test('containers that flood, print garbage and endless lines, or go, take no more than their bounds', async t => {
  const bench = await openBench(t);
  if (typeof bench === 'string') return t.skip(bench);
  const settings = { ratePerSecond: 20, readPerSecond: 10_000_000, ring: 5000, ringBytes: 1_000_000 };
  const host = fakeHost(t, { docker: bench.docker, settings });
  const running = await logsModule.start(host);
  try {
    await sleep(500);
    await bench.up(PROJECT);
    await awaitLine(running, 'big', 'after');
    await awaitLine(running, 'garbage', 'after');
    await awaitLine(running, 'trace', 'ERROR x\n  at y');
    await awaitLine(running, 'local', 'through the engine');
    await awaitLine(running, 'terminal', 'on a terminal');
    await awaitLine(running, 'gone', 'here');
    const [big] = await linesOf(running, 'big');
    match(big?.text ?? '', /^x{16384} … \(\d+ more\)$/);
    equal((await linesOf(running, 'trace')).length, 1);
    const gone = (await projectContainers(bench.docker, bench.name)).find(
      ({ service }) => service === 'gone',
    );
    await removeContainer(bench.docker, gone?.id ?? '');
    for (let i = 0; i < 50 && !host.bus.recent().some(({ kind }) => kind === 'logs.dropped'); i++)
      await sleep(200);
    ok(host.bus.recent().some(({ kind, data }) => kind === 'logs.dropped' && data.service === 'flood'));
    const metrics = running.metrics?.() ?? '';
    match(metrics, /^sampan_log_dropped_lines_total\{.*service="flood",reason="rate"\} [1-9]/m);
    match(metrics, /^sampan_log_lines_total\{.*service="flood",level="info"\} [1-9]/m);
    match(JSON.stringify(running.status()), /"ring":\{"records":\d{1,4},"bytes":\d{1,7}\}/);
  } finally {
    host.end();
    await running[Symbol.asyncDispose]();
  }
  ok((await host.state.read('places.json')) !== undefined);
});
