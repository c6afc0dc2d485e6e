import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeImage, startContainer, stopContainer, tagImage } from '../../core/docker/index.ts';
import { isSampanError, SampanError } from '../../core/errors/index.ts';
import { projectContainers } from '../../run/supervise/index.ts';
import { type Bench, openBench } from '../../run/supervise/testing/index.ts';
import { runWords } from '../app/index.ts';
import type { Context } from '../context/index.ts';
import { type FakeContext, fakeContext } from '../testing/index.ts';
import { COMMANDS } from './table.ts';

interface Trial extends FakeContext {
  readonly statuses: readonly number[];
  run(...words: readonly string[]): Promise<void>;
}

function trial(t: TestContext, bench: Bench, text: string, changes: Partial<Context> = {}): Trial {
  const home = mkdtempSync(join(tmpdir(), 'sampan-project-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  writeFileSync(
    join(bench.directory, 'compose.yaml'),
    `name: ${bench.name}\n${text.replaceAll('IMAGE', bench.image)}`,
  );
  const statuses: number[] = [];
  const context = fakeContext({
    cwd: bench.directory,
    home,
    env: { DOCKER_HOST: process.env.DOCKER_HOST },
    now: Date.now,
    setExitStatus: status => void statuses.push(status),
    ...changes,
  });
  return { ...context, statuses, run: (...words) => runWords(words, COMMANDS, context) };
}

const TALKING = `
services:
  db: {image: "IMAGE:1", command: [sh, -c, "echo first; echo 'ERROR x'; echo '  at y'; sleep 1000"], stop_grace_period: 0s}
  web:
    image: "IMAGE:1"
    stop_grace_period: 0s
    depends_on: {db: {condition: service_started, restart: true}}
    command: [sh, -c, "echo later; busybox head -c 1048576 /dev/zero | busybox tr '\\\\0' x; echo; sleep 1000"]
  console: {image: "IMAGE:1", tty: true, stop_grace_period: 0s, command: [sh, -c, "echo on a terminal; sleep 1000"]}
`;

/** The lines of `logs` once every service has said all that it says at its start. */
async function allLines(t: TestContext, bench: Bench): Promise<readonly string[]> {
  let lines: readonly string[] = [];
  for (let tries = 0; tries < 100; tries++) {
    const plain = trial(t, bench, TALKING);
    await plain.run('logs');
    lines = plain.stdout.text().trim().split('\n');
    if ([/ at y$/, /x{1000}$/, /on a terminal$/].every(last => lines.some(line => last.test(line)))) break;
    await sleep(200);
  }
  return lines;
}

test('logs of all services come in order, whole, filtered, and as JSON', async t => {
  const bench = await openBench(t);
  if (typeof bench === 'string') return t.skip(bench);
  await bench.up(TALKING);
  const lines = await allLines(t, bench);
  ok(lines.some(line => /^console-1\s* \| on a terminal$/.test(line)));
  equal(
    lines.map(line => /x{1000,}/.exec(line)?.[0].length).find(length => length !== undefined),
    1_048_576,
  );
  ok(lines.findIndex(line => line.endsWith('first')) < lines.findIndex(line => line.endsWith('later')));
  const filtered = trial(t, bench, TALKING);
  await filtered.run('logs', '--level', 'error', '--json', 'db');
  deepEqual(
    filtered.stdout
      .text()
      .trim()
      .split('\n')
      .map(line => JSON.parse(line).text),
    ['ERROR x\n  at y'],
  );
  const tail = trial(t, bench, TALKING);
  await tail.run('logs', '--tail', '1', 'db', '--timestamps');
  match(tail.stdout.text(), /^db-1 \| \d{4}-\d\d-\d\dT[\d:.]+Z {3}at y\n$/);
});

test('followed logs go on through a restart', async t => {
  const bench = await openBench(t);
  if (typeof bench === 'string') return t.skip(bench);
  await bench.up(TALKING);
  const ending = new AbortController();
  const one = trial(t, bench, TALKING, { signal: ending.signal });
  const following = one.run('logs', '--follow', 'db').catch(() => {});
  const count = (): number => one.stdout.text().split('first').length - 1;
  for (let i = 0; i < 50 && count() < 1; i++) await sleep(200);
  const [db] = (await projectContainers(bench.docker, bench.name)).filter(({ service }) => service === 'db');
  ok(db);
  await stopContainer(bench.docker, db.id, { graceSeconds: 0 });
  await startContainer(bench.docker, db.id);
  for (let i = 0; i < 75 && count() < 2; i++) await sleep(200);
  ending.abort(new SampanError('cancelled', 'x'));
  await following;
  equal(count(), 2);
});

test('exec hands over input, outputs and the exit status', async t => {
  const bench = await openBench(t);
  if (typeof bench === 'string') return t.skip(bench);
  await bench.up(TALKING);
  const input = {
    ...fakeContext().input,
    sendTo: (target: NodeJS.WritableStream) => {
      const source = new PassThrough();
      source.pipe(target);
      source.end('sent');
      return () => void source.unpipe(target);
    },
  };
  const one = trial(t, bench, TALKING, { input });
  await one.run(
    'exec',
    'db',
    '-e',
    'A=b',
    '-w',
    '/tmp',
    '--',
    'sh',
    '-c',
    'cat; echo " $A"; busybox pwd; echo bad >&2; exit 7',
  );
  equal(one.stdout.text(), 'sent b\n/tmp\n');
  equal(one.stderr.text(), 'bad\n');
  deepEqual(one.statuses, [7]);
  const wrong = trial(t, bench, TALKING);
  await wrong.run('exec', 'nobody', 'true').then(
    () => ok(false),
    error => ok(isSampanError(error, 'not-found')),
  );
  const missing = trial(t, bench, TALKING);
  await missing.run('exec', 'db', 'no-such-program');
  ok([126, 127].includes(missing.statuses[0] ?? 0));
});

test('restart takes those along that follow, in order; top shows what they use', async t => {
  const bench = await openBench(t);
  if (typeof bench === 'string') return t.skip(bench);
  await bench.up(TALKING);
  const before = await projectContainers(bench.docker, bench.name);
  const one = trial(t, bench, TALKING);
  await one.run('restart', 'db');
  const after = await projectContainers(bench.docker, bench.name);
  const startOf = (list: typeof after, service: string): string =>
    list.find(container => container.service === service)?.startedAt ?? '';
  deepEqual(
    ['db', 'web', 'console'].map(service => startOf(after, service) !== startOf(before, service)),
    [true, true, false],
  );
  ok(startOf(after, 'db') < startOf(after, 'web'));
  const top = trial(t, bench, TALKING);
  await top.run('top', '--json');
  const { containers }: { containers: { container: string; memoryBytes: number; cpu: number }[] } =
    JSON.parse(top.stdout.text());
  equal(containers.length, 3);
  ok(containers.every(({ memoryBytes, cpu }) => memoryBytes > 0 && cpu >= 0));
});

test('up takes an image that is missing from a bundle beside the file, and asks the policy of one that is there', async t => {
  const bench = await openBench(t);
  if (typeof bench === 'string') return t.skip(bench);
  const text = 'services: {app: {image: "IMAGE-carried:1", stop_grace_period: 0s}}';
  const name = `${bench.image}-carried`;
  t.after(async () => await removeImage(bench.docker, `${name}:1`, { force: true }));
  await tagImage(bench.docker, `${bench.image}:1`, { repository: name, tag: '1' });
  const one = trial(t, bench, text);
  await one.run('bundle', `docker-daemon:${name}:1`, '--output', join(bench.directory, 'app.tar'));
  await removeImage(bench.docker, `${name}:1`);
  writeFileSync(join(bench.directory, 'other.tar'), 'this is no archive');
  await one.run('up');
  equal((await projectContainers(bench.docker, bench.name))[0]?.status, 'running');
  match(one.stderr.text(), /other\.tar is passed over/);
  const policy = join(bench.directory, 'policy.yaml');
  writeFileSync(policy, 'version: 1\ndefault: deny\n');
  await one.run('up', '--recreate', '--policy', policy).then(
    () => ok(false),
    error => ok(isSampanError(error, 'unproven'), String(error)),
  );
  equal(
    (await projectContainers(bench.docker, bench.name)).filter(({ status }) => status === 'running').length,
    1,
  );
});

test('a new version that lacks its device leaves the old one running', async t => {
  const bench = await openBench(t);
  if (typeof bench === 'string') return t.skip(bench);
  const text = (more: string): string => `services: {app: {image: "IMAGE:1", stop_grace_period: 0s${more}}}`;
  await trial(t, bench, text('')).run('up');
  const [before] = await projectContainers(bench.docker, bench.name);
  const lacking = trial(t, bench, text(', x-sampan: {devices: [{usb: {vendor: "0001", serial: NONE}}]}'));
  await rejects(lacking.run('up'), error => isSampanError(error) && /matches no device/.test(error.message));
  const after = await projectContainers(bench.docker, bench.name);
  deepEqual(
    after.map(({ id, startedAt, status }) => ({ id, startedAt, status })),
    [{ id: before?.id, startedAt: before?.startedAt, status: 'running' }],
  );
});
