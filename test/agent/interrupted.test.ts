import { deepEqual, equal, ok } from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CurrentContainer, isIdle, projectContainers } from '../../src/run/supervise/index.ts';
import { type Bench, openBench } from '../../src/run/supervise/testing/index.ts';
import {
  type BuiltApp,
  builtApp,
  cannotTrace,
  straced,
  untilNothingIsLeft,
  WRITES,
} from '../testing/index.ts';
import { type AgentProcess, agentProcess, type EngineProxy, engineProxy } from './testing/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'sampan-agent-interrupted-'));
let app: BuiltApp | undefined;
before(async () => {
  app = await builtApp(['agent']);
});
after(() => {
  app?.[Symbol.dispose]();
  rmSync(directory, { recursive: true, force: true });
});

const MOST_CALLS = 50;
const STATE = 'sampan/agent/apply';
const OTHER = 'other: {image: "IMAGE:1", stop_grace_period: 0s}';
const HEALTHY = 'stop_grace_period: 0s, healthcheck: {test: "true", interval: 200ms}';

/** The n-th version of a project, each of which changes the one before. */
const CHANGES: Readonly<Record<string, (n: number) => string>> = {
  'services that are added, with networks and volumes': n =>
    Array.from(
      { length: n + 1 },
      (_, i) =>
        `  s${i}: {image: "IMAGE:1", stop_grace_period: 0s, networks: [n${i}], volumes: ["v${i}:/data"]}`,
    ).join('\n') +
    `\nnetworks: {${Array.from({ length: n + 1 }, (_, i) => `n${i}: {internal: true}`)}}` +
    `\nvolumes: {${Array.from({ length: n + 1 }, (_, i) => `v${i}: `)}}`,
  'an update': n => `  app: {image: "IMAGE:1", ${HEALTHY}, command: [sleep, "${1000 + n}"]}`,
  'an update that hands over': n =>
    `  app: {image: "IMAGE:1", ${HEALTHY}, command: [sleep, "${1000 + n}"], x-sampan: {update: {strategy: hand-over}}}`,
};

const textOf = (change: string, n: number): string =>
  `services:\n  ${OTHER}\n${CHANGES[change]?.(n) ?? ''}\n`;

async function untilRight(bench: Bench, text: string, isOver: () => boolean): Promise<boolean> {
  for (const end = Date.now() + 120_000; Date.now() < end && !isOver(); await sleep(100))
    if (isIdle(await bench.plan(text))) return true;
  return false;
}

async function containers({ docker, name }: Bench): Promise<readonly CurrentContainer[]> {
  return [...(await projectContainers(docker, name))].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A project with an engine that can be interrupted, and a directory for the state of its agents. */
interface Place extends AsyncDisposable {
  readonly bench: Bench;
  readonly directory: string;
  readonly proxy: EngineProxy;
  write(text: string): void;
  start(modules: string, under?: readonly string[]): AgentProcess;
}

async function openPlace(bench: Bench, name: string): Promise<Place> {
  const place = join(directory, name);
  mkdirSync(place);
  const composeFile = join(bench.directory, 'compose.yaml');
  const proxy = await engineProxy(join(place, 'docker.sock'), bench.docker.socketPath);
  const main = app?.main ?? '';
  return {
    bench,
    directory: place,
    proxy,
    write: text =>
      writeFileSync(composeFile, `name: ${bench.name}\n${text.replaceAll('IMAGE', bench.image)}`),
    start: (modules, under = []) =>
      agentProcess({ main, directory: place, host: proxy.host, modules, composeFile, under }),
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]();
      rmSync(place, { recursive: true });
    },
  };
}

/** Whether an agent that brings a version was killed at its n-th call; what the next one makes of it is checked. */
async function wasKilled({ bench, proxy, write, start }: Place, text: string, n: number): Promise<boolean> {
  const [other] = (await containers(bench)).filter(({ service }) => service === 'other');
  write(text);
  const first = start('[apply]');
  proxy.interrupt({ n, happen: () => void first.child.kill('SIGKILL') });
  await untilRight(bench, text, () => first.child.signalCode !== null);
  const isKilled = (await first.end()) === null;
  proxy.interrupt(undefined);
  const next = start('[apply]');
  const isRight = await untilRight(bench, text, () => next.child.exitCode !== null);
  ok(isRight, `${n}: ${JSON.stringify(next.events())}`);
  await next.end();
  const all = await containers(bench);
  const services = [...(await bench.wanted(text)).services.keys()].sort();
  deepEqual(
    all.map(one => one.name),
    services.map(name => `${bench.name}-${name}-1`),
  );
  ok(all.every(({ status }) => status === 'running'));
  equal(all.find(({ service }) => service === 'other')?.startedAt, other?.startedAt);
  return isKilled;
}

suite('an agent that is killed when the engine has done what it asked for', { concurrency: 3 }, () => {
  for (const change of Object.keys(CHANGES))
    test(`${change}: the next one goes on, and nothing is there twice or left over`, async t => {
      const bench = await openBench(t);
      if (typeof bench === 'string') return t.skip(bench);
      await using place = await openPlace(bench, bench.name);
      await bench.up(textOf(change, 0));
      let points = 0;
      while (points < MOST_CALLS && (await wasKilled(place, textOf(change, points + 1), points + 1)))
        points++;
      t.diagnostic(`killed at ${points} calls`);
      ok(points >= 4, `${points}`);
    });
});

/** Runs until its state is written, or until it is killed; false then. */
async function hasWritten({ directory: at, start }: Place, under: readonly string[]): Promise<boolean> {
  const agent = start('[apply, monitor]', under);
  const file = join(at, STATE, 'versions.json');
  while (!existsSync(file) && agent.child.exitCode === null && agent.child.signalCode === null)
    await sleep(50);
  return (await agent.end()) !== null;
}

test('an agent that is killed at any write of its state leaves it whole, and containers alone', async t => {
  const skip = cannotTrace();
  if (skip !== false) return t.skip(skip);
  const bench = await openBench(t);
  if (typeof bench === 'string') return t.skip(bench);
  const text = `services: {${OTHER}}`;
  await bench.up(text);
  const before = await containers(bench);
  const points = await untilNothingIsLeft(WRITES, async moment => {
    await using place = await openPlace(bench, `write-${moment.call}-${moment.n}`);
    place.write(text);
    const [strace = '', ...rest] = straced(moment, { effect: 'signal=SIGKILL' });
    // With -D the process that is started is the agent, and strace its child.
    const isWhole = await hasWritten(place, [strace, '-D', ...rest]);
    await hasWritten(place, []);
    const state = join(place.directory, STATE);
    deepEqual(readdirSync(state), ['versions.json'], `${moment.call} ${moment.n}`);
    ok(JSON.parse(readFileSync(join(state, 'versions.json'), 'utf8'))[bench.name]);
    return !isWhole;
  });
  t.diagnostic(`killed at each of ${points} writes`);
  ok(points >= 8, `${points}`);
  const now = await containers(bench);
  deepEqual(
    now.map(({ id, startedAt }) => [id, startedAt]),
    before.map(({ id, startedAt }) => [id, startedAt]),
  );
});
