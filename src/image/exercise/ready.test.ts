import { deepEqual, equal, rejects } from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitReady } from './ready.ts';
import { fakeContainer } from './testing/index.ts';

const RESULT = { stdout: '', stderr: '', timedOut: false };
const HEALTH = { args: ['check'], timeoutMs: 1000 };

test('an app with a port is ready when that takes connections, not before', async t => {
  const server = createServer(socket => socket.on('error', () => {}));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  server.close();
  await sleep(5);
  const container = fakeContainer({ local: port });
  equal((await waitReady(container, { ports: [80], timeoutMs: 150 })).kind, 'too-late');
  const waiting = waitReady(container, { ports: [80], timeoutMs: 5000 });
  server.listen(port, '127.0.0.1');
  t.after(() => server.close());
  equal((await waiting).kind, 'ready');
});

test('an app with a health check is ready when that succeeds', async () => {
  let calls = 0;
  const container = fakeContainer({
    exec: async () => {
      calls += 1;
      return { ...RESULT, code: calls < 3 ? 1 : 0 };
    },
  });
  equal((await waitReady(container, { ports: [], health: HEALTH, timeoutMs: 5000 })).kind, 'ready');
  equal(calls, 3);
});

test('a health check that never succeeds is too late, also when the time ends between two', async () => {
  const container = fakeContainer({ exec: async () => ({ ...RESULT, code: 1 }) });
  for (const timeoutMs of [100, 101, 150, 199, 200])
    equal((await waitReady(container, { ports: [], health: HEALTH, timeoutMs })).kind, 'too-late');
});

test('an app without either is ready when it has become quiet', async () => {
  let cpuMs = 0;
  const busy = fakeContainer({
    usage: async () => {
      cpuMs += 40;
      return { cpuMs };
    },
  });
  equal((await waitReady(busy, { ports: [], timeoutMs: 1100 })).kind, 'too-late');
  equal((await waitReady(fakeContainer(), { ports: [], timeoutMs: 5000 })).kind, 'ready');
});

test('an app that ends is told so, also when its health check fails for that first', async () => {
  const exit = { code: 3, oomKilled: false };
  const container = fakeContainer({
    exec: async () => {
      throw new Error('the container is not running');
    },
    wait: async () => {
      await sleep(30);
      return exit;
    },
  });
  deepEqual(await waitReady(container, { ports: [], health: HEALTH, timeoutMs: 5000 }), {
    kind: 'ended',
    exit,
  });
});

test('an engine that fails is an error, and waiting can be interrupted', async () => {
  const broken = fakeContainer({
    exec: async () => {
      throw new Error('engine gone');
    },
  });
  await rejects(waitReady(broken, { ports: [], health: HEALTH, timeoutMs: 5000 }), /engine gone/);
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('stop')), 20);
  const waiting = waitReady(fakeContainer(), { ports: [], timeoutMs: 5000, signal: controller.signal });
  await rejects(waiting);
});
