import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { httpClient, readBody } from '../../carry/http/index.ts';
import { createExec, startExec } from '../../core/docker/index.ts';
import { isSampanError, SampanError } from '../../core/errors/index.ts';
import { type AgentHost, openBus } from '../module/index.ts';
import { projectContainers } from '../supervise/index.ts';
import { type Bench, openBench } from '../supervise/testing/index.ts';
import { configModule } from './config.ts';
import { deliver } from './deliver.ts';
import { type DeviceConfig, parseDeviceDocument } from './device.ts';
import { deviceOfSource, type Fetch } from './source.ts';

function scratch(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'sampan-config-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function documentOf(files: Readonly<Record<string, string>>, variables = {}): Buffer {
  return Buffer.from(JSON.stringify({ schema: 'sampan.device/1', variables, files }));
}

const send = httpClient({ maxAttempts: 1, idleMs: 300, slowMs: 300, minBytesPerSecond: 1000 });
const fetchHere: Fetch = async (url, { etag, maxBytes }) => {
  const headers = etag === undefined ? {} : { 'if-none-match': etag };
  const response = await send({ method: 'GET', url: new URL(url), headers });
  if (response.status === 304) return undefined;
  if (response.status !== 200) throw new SampanError('unavailable', `status ${response.status}`);
  return { bytes: await readBody(response, maxBytes), etag: response.headers.etag };
};

async function serve(t: TestContext, answer: Parameters<typeof createServer>[1]): Promise<string> {
  const server: Server = createServer(answer ?? (() => {}));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}/device.json`;
}

test('a server that fails, lies, stalls or floods leaves the last good copy in force', async t => {
  let mode = 'good';
  const asked: (string | undefined)[] = [];
  const url = await serve(t, (request, response) => {
    asked.push(request.headers['if-none-match']);
    if (mode === 'good' && request.headers['if-none-match'] === '"1"') response.writeHead(304).end();
    else if (mode === 'good') response.setHeader('etag', '"1"').end(documentOf({ a: 'good' }));
    else if (mode === 'garbage') response.end('<html>');
    else if (mode === 'broken') response.writeHead(500).end();
    else if (mode === 'huge') response.end(Buffer.alloc(5 << 20, 32));
    else if (mode === 'lying') response.writeHead(200, { 'content-length': 1e12 }).write('{');
    else response.write('{');
  });
  let copy: Uint8Array | undefined;
  let writes = 0;
  const kept = {
    read: async () => copy,
    write: async (bytes: Uint8Array) => {
      writes++;
      copy = bytes;
    },
  };
  const tools = { directory: '/', fetch: fetchHere, kept, etag: { now: undefined } };
  mode = 'broken';
  await rejects(deviceOfSource(url, tools), error => isSampanError(error, 'unavailable'));
  mode = 'good';
  equal((await deviceOfSource(url, tools)).problem, undefined);
  equal((await deviceOfSource(url, tools)).problem, undefined);
  deepEqual(asked.slice(1), [undefined, '"1"']);
  for (mode of ['garbage', 'broken', 'huge', 'lying', 'slow']) {
    const { config, problem } = await deviceOfSource(url, tools);
    ok(problem !== undefined, mode);
    deepEqual(Buffer.from(config.files.get('a') ?? ''), Buffer.from('good'), mode);
  }
  equal(writes, 1);
  copy = undefined;
  mode = 'good';
  equal((await deviceOfSource(url, tools)).config.files.size, 1, 'a lost copy is asked for again, whole');
});

const PROJECT = `services:
  app:
    image: IMAGE:1
    stop_grace_period: 0s
    command: [sh, -c, "trap 'echo told >> /tmp/told' HUP; while true; do sleep 0.1; done"]
    x-sampan: {config: {onChange: RULE, files: {a.conf: {target: /etc/app/a.conf}, b.conf: {target: /etc/app/b.conf, mode: 0400}}}}
`;

function configOf(a: string, b: string): DeviceConfig {
  return {
    variables: new Map(),
    files: new Map([
      ['a.conf', Buffer.from(a)],
      ['b.conf', Buffer.from(b)],
    ]),
  };
}

test('files are exchanged together, and left alone where the service says so', async t => {
  const bench = await openBench(t);
  if (typeof bench === 'string') return t.skip(bench);
  const serviceFor = (rule: string) => {
    const service = bench.project(PROJECT.replace('RULE', rule)).services.get('app');
    ok(service);
    return service;
  };
  const directory = scratch(t);
  const rewritten = serviceFor('rewrite');
  const first = await deliver(rewritten, configOf('1', '1'), { directory, onlyMissing: true });
  const [mount] = first.mounts;
  ok(mount?.type === 'bind' && mount.target === '/etc/app');
  const read = (): string =>
    ['a.conf', 'b.conf'].map(name => readFileSync(join(mount.source ?? '', name), 'utf8')).join('');
  equal(read(), '11');
  equal((await deliver(rewritten, configOf('2', '2'), { directory, onlyMissing: true })).isChanged, false);
  equal(read(), '11');
  const second = await deliver(rewritten, configOf('2', '2'), { directory, onlyMissing: false });
  deepEqual([second.isChanged, second.mounts, read()], [true, first.mounts, '22']);
  await deliver(serviceFor('none'), configOf('3', '3'), { directory, onlyMissing: false });
  equal(read(), '22');
  const replaced = await deliver(serviceFor('restart'), configOf('4', '4'), { directory, onlyMissing: true });
  const again = await deliver(serviceFor('restart'), configOf('5', '5'), { directory, onlyMissing: true });
  ok(JSON.stringify(replaced.mounts) !== JSON.stringify(again.mounts));
  const lacking: DeviceConfig = { variables: new Map(), files: new Map() };
  await rejects(deliver(rewritten, lacking, { directory, onlyMissing: false }), /has no file a\.conf/);
});

async function insideOf(bench: Bench, id: string, command: string): Promise<string> {
  const exec = await createExec(bench.docker, id, { args: ['sh', '-c', command] });
  let said = '';
  for await (const { bytes } of startExec(bench.docker, exec)) said += Buffer.from(bytes).toString('utf8');
  return said;
}

test('a change reaches a running container with a signal, and garbage does not', async t => {
  const bench = await openBench(t);
  if (typeof bench === 'string') return t.skip(bench);
  const text = PROJECT.replace('RULE', 'signal');
  let body: Buffer | string = documentOf({ 'a.conf': 'one', 'b.conf': 'one' });
  const url = await serve(t, (_, response) => response.end(body));
  const delivery = join(bench.directory, 'delivered');
  const service = bench.project(text).services.get('app');
  ok(service);
  const first = await deliver(service, parseDeviceDocument(Buffer.from(body)), {
    directory: delivery,
    onlyMissing: true,
  });
  const [mount] = first.mounts;
  await bench.up(text.replace('    command:', `    volumes: ["${mount?.source}:/etc/app:ro"]\n    command:`));
  const [container] = await projectContainers(bench.docker, bench.name);
  ok(container);
  equal(await insideOf(bench, container.id, 'cat /etc/app/a.conf'), 'one');
  const { host, end } = hostFor(bench);
  t.after(end);
  let copy: Uint8Array | undefined;
  const module = configModule({
    sourceOf: async () => ({ source: url, directory: '/', intervalMs: 50 }),
    open: async () => bench.project(text),
    fetch: fetchHere,
    keptOf: () => ({
      read: async () => copy,
      write: async bytes => {
        copy = bytes;
      },
    }),
    deliveryOf: () => delivery,
  });
  const running = await module.start(host);
  t.after(() => running[Symbol.asyncDispose]());
  await until('the first document is kept', async () => copy !== undefined);
  body = documentOf({ 'a.conf': 'two', 'b.conf': 'two' });
  await until('the container is told', async () =>
    (await insideOf(bench, container.id, 'cat /tmp/told')).includes('told\n'),
  );
  equal(await insideOf(bench, container.id, 'cat /etc/app/a.conf /etc/app/b.conf'), 'twotwo');
  body = '<html>';
  await until('garbage is told', async () => host.bus.recent().some(({ kind }) => kind === 'config.wrong'));
  equal(await insideOf(bench, container.id, 'cat /etc/app/a.conf'), 'two');
  const after = (await projectContainers(bench.docker, bench.name)).map(({ id }) => id);
  deepEqual(after, [container.id], 'it was kept');
  match(JSON.stringify(running.status()), /"problem":"[^"]+JSON/);
});

function hostFor(bench: Bench): { readonly host: AgentHost; end(): void } {
  const ending = new AbortController();
  const host: AgentHost = {
    docker: async () => bench.docker,
    bus: openBus(Date.now),
    signal: ending.signal,
    now: Date.now,
    monotonic: () => performance.now(),
    sleep: async ms => {
      if (ending.signal.aborted) throw new SampanError('cancelled', 'the agent ends');
      await sleep(ms);
    },
    state: {
      read: async () => undefined,
      write: async () => true,
      directory: bench.directory,
      wear: () => ({ totalBytes: 0, bytesPerDay: 0 }),
    },
    settings: {},
    projects: [{ files: [join(bench.directory, 'compose.yaml')] }],
    modules: () => new Map(),
  };
  return { host, end: () => ending.abort() };
}

async function until(what: string, is: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await is())) {
    if (Date.now() > deadline) throw new Error(`${what}: it did not happen`);
    await sleep(100);
  }
}
