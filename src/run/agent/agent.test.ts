import { deepEqual, equal, match, ok, rejects, throws } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createExec, engineInfo, removeContainer, startExec } from '../../core/docker/index.ts';
import { isSampanError } from '../../core/errors/index.ts';
import { applyModule } from '../apply/index.ts';
import { healthModule } from '../health/index.ts';
import type { AgentModule, Bus } from '../module/index.ts';
import { currentOf, type ExecuteContext, projectContainers, wantedOf } from '../supervise/index.ts';
import { type Bench, openBench } from '../supervise/testing/index.ts';
import { type Agent, runAgent } from './agent.ts';
import { parseAgentSettings } from './settings.ts';
import { systemdUnit } from './unit.ts';

test('settings name projects and modules, and what is wrong has its place', () => {
  const settings = parseAgentSettings(
    '/etc/sampan/agent.yaml',
    'projects:\n  - /srv/a.yaml\n  - {file: [b.yaml, c.yaml], name: site, profiles: [x]}\nmodules: {apply: , monitor: {interval: 2, disks: [/]}}\npolicy: p.yaml\n',
  );
  deepEqual(settings.projects, [
    { files: ['/srv/a.yaml'] },
    { files: ['/etc/sampan/b.yaml', '/etc/sampan/c.yaml'], name: 'site', profiles: ['x'] },
  ]);
  deepEqual(
    [...settings.modules],
    [
      ['apply', {}],
      ['monitor', { interval: 2, disks: ['/'] }],
    ],
  );
  equal(settings.policy, '/etc/sampan/p.yaml');
  ok(parseAgentSettings('a', '').modules.has('apply'));
  const wrong = (text: string, pattern: RegExp): void =>
    throws(() => parseAgentSettings('a.yaml', text), pattern);
  wrong('project: []', /a\.yaml:1:1: the key project is not known/);
  wrong('modules: [aply]', /a\.yaml:1:11: there is no module aply/);
  wrong('projects: [{name: x}]', /needs a file/);
  wrong('- a', /must be a map/);
  wrong('a: [', /a\.yaml:1:/);
});

test('the unit starts the agent after the engine, and leaves containers alone', () => {
  const unit = systemdUnit({
    command: ['/usr/bin/node', '/opt/my app/sampan'],
    settingsPath: '/etc/a.yaml',
    stateDirectory: '/var/lib',
    engineUnit: 'docker.service',
  });
  match(unit, /^ExecStart=\/usr\/bin\/node "\/opt\/my app\/sampan" agent run --settings \/etc\/a\.yaml$/m);
  match(unit, /^Restart=always$/m);
  match(unit, /^After=docker\.service$/m);
});

interface Started {
  readonly agent: Agent;
  readonly bus: Bus;
  end(): Promise<void>;
}

/** The text of the project may be changed while the agent runs. */
async function start(t: TestContext, bench: Bench, text: { now: string }): Promise<Started> {
  const ending = new AbortController();
  const context = (wanted: ExecuteContext['wanted'], report: ExecuteContext['report']): ExecuteContext => ({
    docker: bench.docker,
    wanted,
    signal: ending.signal,
    fetchImage: async ({ reference }) => Promise.reject(new Error(`${reference} is not there`)),
    report,
    sleep: async (ms, signal) => await sleep(ms, undefined, { signal }),
    now: Date.now,
    monotonic: () => performance.now(),
  });
  const apply = applyModule({
    open: async () => bench.project(text.now),
    compare: async project => {
      const wanted = wantedOf(project, { machine: await engineInfo(bench.docker) });
      const current = await currentOf(bench.docker, wanted);
      return { wanted, current, context: report => context(wanted, report) };
    },
  });
  const modules: readonly AgentModule[] = [apply, healthModule];
  const file = join(bench.directory, 'compose.yaml');
  writeFileSync(file, text.now);
  const { promise: ready, resolve } = Promise.withResolvers<Agent>();
  const running = runAgent({
    modules: modules.map(module => ({ module, settings: {} })),
    projects: [{ files: [file] }],
    directory: join(bench.directory, 'state'),
    lockPath: join(bench.directory, 'agent.lock'),
    connect: async () => bench.docker,
    now: Date.now,
    monotonic: () => performance.now(),
    signal: ending.signal,
    ready: resolve,
  });
  const end = async (): Promise<void> => {
    ending.abort();
    await running;
  };
  t.after(end);
  const agent = await Promise.race([ready, running.then(() => Promise.reject(new Error('it ended')))]);
  return { agent, bus: agent.bus, end };
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(100);
  }
  throw new Error(`${what} did not happen`);
}

async function refusesSecond({ directory, docker }: Bench): Promise<void> {
  const again = runAgent({
    modules: [],
    projects: [],
    directory,
    lockPath: join(directory, 'agent.lock'),
    connect: async () => docker,
    now: Date.now,
    monotonic: () => 0,
    signal: new AbortController().signal,
    ready: () => {},
  });
  await rejects(
    again,
    error => isSampanError(error, 'unavailable') && /another agent keeps this engine/.test(error.message),
  );
}

test('an agent keeps a project true, restarts what is unhealthy, and leaves it running when it ends', async t => {
  const bench = await openBench(t);
  if (typeof bench === 'string') return t.skip(bench);
  const text = {
    now: `services: {app: {image: "IMAGE:1", stop_grace_period: 0s, command: [sh, -c, "touch /tmp/ok; sleep 1000"], healthcheck: {test: "test -e /tmp/ok", interval: 200ms, retries: 2}, x-sampan: {restart: {delay: 100ms}}}}`,
  };
  const { bus, end } = await start(t, bench, text);
  const one = async (): Promise<Awaited<ReturnType<typeof projectContainers>>[number] | undefined> =>
    (await projectContainers(bench.docker, bench.name))[0];
  const healthy = async () => {
    const found = await one();
    return found?.health === 'healthy' ? found : undefined;
  };
  const first = await until('a healthy container', healthy);

  await removeContainer(bench.docker, first.id);
  const second = await until('the container comes back', async () => {
    const found = await healthy();
    return found !== undefined && found.id !== first.id ? found : undefined;
  });

  await t.test('a second agent on this engine refuses', () => refusesSecond(bench));

  const exec = await createExec(bench.docker, second.id, { args: ['rm', '/tmp/ok'] });
  for await (const _ of startExec(bench.docker, exec));
  const third = await until('an unhealthy container is restarted', async () => {
    const found = await healthy();
    return found !== undefined && found.startedAt > second.startedAt ? found : undefined;
  });
  equal(third.id, second.id, 'restarted, not replaced');
  ok(
    bus
      .recent()
      .some(({ kind, text: said }) => kind === 'container.unhealthy' && said.includes('is restarted')),
  );

  text.now = text.now.replace('sleep 1000', 'sleep 2000');
  writeFileSync(join(bench.directory, 'compose.yaml'), text.now);
  const fourth = await until('a changed file is applied', async () => {
    const found = await healthy();
    return found !== undefined && found.id !== third.id && !found.isNext ? found : undefined;
  });
  await end();
  equal((await one())?.id, fourth.id);
  equal((await one())?.status, 'running');
});
