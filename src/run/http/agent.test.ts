import { equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CurrentContainer, projectContainers } from '../supervise/index.ts';
import { type TestAgent, testAgent } from './testing/index.ts';

const SECRET = 'correct-horse-battery';
const APP = (tag: string): string => `
services:
  web:
    image: "IMAGE:${tag}"
    mem_limit: 32m
    labels: {release: "${tag}"}
    stop_grace_period: 0s
    environment: {PASSWORD: ${SECRET}}
    command: [sh, -c, "echo '[info] one'; echo '[error] two' >&2; sleep 1000"]
`;

interface Seen {
  readonly status: number;
  readonly text: string;
}

function caller({ url, tokenPath }: TestAgent): (path: string, body?: unknown) => Promise<Seen> {
  const authorization = `Bearer ${readFileSync(tokenPath, 'utf8').trim()}`;
  return async (path, body) => {
    const response = await fetch(new URL(path, url), {
      headers: { authorization },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  };
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 40_000; Date.now() < deadline; await sleep(200))
    if (await holds()) return;
  ok(false, what);
}

async function readsLogs(call: ReturnType<typeof caller>, web: string): Promise<void> {
  const lines = JSON.parse((await call(`/v1/containers/${web}/logs?level=error`)).text);
  equal(lines.length, 1);
  equal(lines[0].text, '[error] two');
  equal((await call(`/v1/containers/${web}/logs?grep=ONE`)).text.includes('[info] one'), true);
  equal((await call('/v1/containers/nothing/logs')).status, 404);
  equal((await call(`/v1/containers/..%2f..%2fimages/restart`, {})).status, 404);
}

test('a real agent shows, restarts and rolls back what it keeps, and no secret of it', async t => {
  const opened = await testAgent(t, APP('1'));
  if (typeof opened === 'string') return t.skip(opened);
  await using running = opened;
  const { bench } = running;
  const call = caller(running);
  const web = `${bench.name}-web-1`;
  const webNow = async (): Promise<CurrentContainer | undefined> =>
    (await projectContainers(bench.docker, bench.name)).find(({ name }) => name === web);
  const imageOf = async (): Promise<string | undefined> => (await webNow())?.imageId;
  const isRight = async (): Promise<boolean> => JSON.parse((await call('/v1/apply')).text)[0].isRight;
  await until('it is healthy', async () => (await call('/v1/apply')).text.includes('"healthy":"sha256:'));
  const first = await imageOf();

  await readsLogs(call, web);
  const before = (await call('/v1/containers')).text;
  equal((await call(`/v1/containers/${web}/restart`, {})).status, 200);
  const started = (text: string): string =>
    JSON.parse(text).find(({ name }: { readonly name: string }) => name === web)?.startedAt;
  ok(started((await call('/v1/containers')).text) > started(before));

  equal((await call('/v1/apply/rollback', { project: bench.name, service: 'web' })).status, 409);
  running.write(APP('2'));
  await until('the update is noted', async () => (await call('/v1/apply')).text.includes('"previous":'));
  const second = await imageOf();
  ok(second !== first);
  equal((await call('/v1/apply/rollback', { project: bench.name, service: 'web' })).status, 202);
  await until('it is back', async () => (await imageOf()) === first && (await isRight()));
  match((await call('/v1/apply')).text, /"held":\{/);
  equal((await call('/v1/apply/now', {})).status, 202);
  await sleep(1500);
  equal(await imageOf(), first);
  equal((await webNow())?.labels.release, '1', 'not the image alone');
  equal((await call('/v1/apply/release', { project: bench.name, service: 'web' })).status, 202);
  await until('it is forward again', async () => (await imageOf()) === second && (await isRight()));

  for (const path of [
    '/v1/status',
    '/v1/containers',
    '/v1/apply',
    '/v1/monitor',
    '/v1/health',
    '/metrics',
    '/',
  ])
    ok(!(await call(path)).text.includes(SECRET), path);
  ok(!JSON.stringify(running.agent.bus.recent()).includes(SECRET));
});
