import { equal, match, notEqual, ok } from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeContainer } from '../../src/core/docker/index.ts';
import { type CurrentContainer, projectContainers } from '../../src/run/supervise/index.ts';
import { type Bench, openBench } from '../../src/run/supervise/testing/index.ts';
import { builtApp } from '../testing/index.ts';
import { agentProcess, ownEngine } from './testing/index.ts';

const textOf = ({ name, image }: Bench): string =>
  `name: ${name}\nservices: {app: {image: "${image}:1", network_mode: none, stop_grace_period: 0s}}\n`;

type Fits = (one: CurrentContainer) => boolean;

/** Waits until the one container of the project runs, and is the one that is meant. */
async function running({ docker, name }: Bench, fits: Fits = () => true): Promise<CurrentContainer> {
  for (const end = Date.now() + 120_000; Date.now() < end; await sleep(100)) {
    const [one] = await projectContainers(docker, name).catch(() => []);
    if (one?.status === 'running' && fits(one)) return one;
  }
  throw new Error('the container does not run');
}

/** Removes the container, and waits until the agent has made another. */
async function comesBack(bench: Bench): Promise<void> {
  const before = await running(bench);
  await removeContainer(bench.docker, before.id);
  await running(bench, ({ id }) => id !== before.id);
}

test('an engine that hangs, ends and crashes leaves an agent that goes on', async t => {
  const started = await ownEngine();
  if (typeof started === 'string') return t.skip(started);
  await using engine = started;
  const bench = await openBench({ after: () => {} }, engine.host);
  if (typeof bench === 'string') return t.skip(bench);
  using app = await builtApp(['agent']);
  const directory = mkdtempSync(join(tmpdir(), 'sampan-agent-engine-'));
  const composeFile = join(bench.directory, 'compose.yaml');
  writeFileSync(composeFile, textOf(bench));
  const modules = `{apply: , health: , monitor: {interval: 1}, logs: , http: {socket: ${directory}/agent.sock}}`;
  const agent = agentProcess({ main: app.main, directory, host: engine.host, modules, composeFile });
  t.after(async () => {
    await agent.end('SIGKILL');
    for (const path of [directory, bench.directory]) rmSync(path, { recursive: true, force: true });
  });
  const first = await running(bench);

  await t.test('a hang: the API says so, the container runs on, and then so does the agent', async () => {
    await engine.signal('SIGSTOP');
    const { status, body } = await agent.get('/v1/status');
    equal(status, 200);
    match(body, /"engineProblem":"the engine was silent/);
    ok(existsSync(`/proc/${first.pid}`));
    await engine.signal('SIGCONT');
    await comesBack(bench);
  });

  await t.test('an end: it is told, and what the engine has ended runs again with it', async () => {
    await engine.signal('SIGTERM');
    match((await agent.get('/v1/status')).body, /"engineProblem":"no container engine answers/);
    await engine.start();
    await comesBack(bench);
  });

  await t.test('a crash: containers are adopted again', async () => {
    await engine.signal('SIGKILL');
    await engine.start();
    await comesBack(bench);
  });

  await t.test('the agent ends while the engine hangs, and the container does not notice', async () => {
    const { pid } = await running(bench);
    await engine.signal('SIGSTOP');
    notEqual(await agent.end(), null);
    ok(existsSync(`/proc/${pid}`));
  });
});
