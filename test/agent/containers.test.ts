import { equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { testAgent } from '../../src/run/http/testing/index.ts';
import type { AgentEvent } from '../../src/run/module/index.ts';
import { type CurrentContainer, projectContainers } from '../../src/run/supervise/index.ts';

const PROJECT = `
services:
  calm: {image: "IMAGE:1"}
  loop: {image: "IMAGE:1", restart: always, command: ["false"]}
  forks: {image: "IMAGE:1", pids_limit: 20, cpus: 0.2, command: [sh, -c, "(while true; do sleep 1000 & done) & exec sleep 1000"]}
  leak: {image: "IMAGE:1", restart: "no", mem_limit: 16m, memswap_limit: 16m, command: [dd, if=/dev/zero, of=/dev/null, bs=64M]}
  deaf: {image: "IMAGE:1", stop_grace_period: 1s, command: [sh, -c, "trap '' TERM; while true; do sleep 1; done"]}
`;

test('containers that crash in a loop, fork and leak without end, or hear no signal are bounded and told', async t => {
  const running = await testAgent(t, PROJECT);
  if (typeof running === 'string') return t.skip(running);
  await using one = running;
  const { bench, agent } = one;
  const told = (kind: string, service: string): readonly AgentEvent[] =>
    agent.bus
      .recent()
      .filter(event => event.kind === kind && event.data.container === `${bench.name}-${service}-1`);
  const now = async (service: string): Promise<CurrentContainer | undefined> =>
    (await projectContainers(bench.docker, bench.name)).find(found => found.service === service);
  const until = async (what: string, look: () => Promise<boolean> | boolean): Promise<void> => {
    for (const end = Date.now() + 90_000; Date.now() < end; await sleep(100)) if (await look()) return;
    throw new Error(`${what} did not happen: ${JSON.stringify(agent.bus.recent().slice(-20), null, 1)}`);
  };

  await until('a kill for memory', () => told('container.oom', 'leak').length > 0);
  await until('its end', () => told('container.ended', 'leak').length > 0);
  match(told('container.ended', 'leak')[0]?.text ?? '', /killed because it used more memory than its limit/);
  await until('a warning of many processes', () => told('threshold.processes', 'forks').length > 0);

  const first = await now('loop');
  await until('a loop', async () => ((await now('loop'))?.restartCount ?? 0) >= 4);
  equal((await now('loop'))?.id, first?.id, 'the engine restarts it; it is not replaced');
  ok(told('container.ended', 'loop').length <= 4, 'at the first, second, fourth and eighth time');
  equal((await now('calm'))?.restartCount, 0);
  equal((await now('leak'))?.status, 'exited', 'a job that failed is left as it ended');

  const deaf = await now('deaf');
  one.write(PROJECT.replace('sleep 1; done"]}\n', 'sleep 2; done"]}\n'));
  await until('another container', async () => {
    const found = await now('deaf');
    return found !== undefined && found.id !== deaf?.id && !found.isPrevious && found.status === 'running';
  });
});
