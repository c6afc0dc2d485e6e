import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSampanError } from '../../core/errors/index.ts';
import { fail } from '../../core/store/testing/index.ts';
import { type HttpRequest, httpClient, nextUrl, readBody } from './index.ts';
import { startServer, testWaiting } from './testing/index.ts';

const get = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url: new URL(url),
  ...more,
});

const end = (response: ServerResponse, status: number, headers: Record<string, string> = {}): void => {
  response.writeHead(status, headers).end();
};

test('a server that is busy is asked again after the time that it says', async t => {
  const waiting = testWaiting();
  const date = new Date(waiting.now() + 10_000).toUTCString();
  const answers = [
    [429, '7'],
    [503, date],
    [200, ''],
  ] as const;
  const server = await startServer(t, (_, response) => {
    const [status, after] = answers[server.seen.length - 1] ?? [500, ''];
    end(response, status, { 'retry-after': after });
  });
  const response = await httpClient({ waiting })(get(server.origin));
  assert.equal(response.status, 200);
  assert.deepEqual(waiting.slept, [7000, 3000]);
});

test('a server that fails is asked five times, with growing pauses, and its last answer is given', async t => {
  const waiting = testWaiting();
  const server = await startServer(t, (_, response) => end(response, 500));
  const response = await httpClient({ waiting })(get(server.origin));
  assert.equal(response.status, 500);
  assert.equal(server.seen.length, 5);
  assert.deepEqual(waiting.slept, [300, 600, 1200, 2400]);
});

test('a server that asks for too much patience is an error that says how much', async t => {
  const server = await startServer(t, (_, response) => end(response, 429, { 'retry-after': '3600' }));
  await assert.rejects(httpClient()(get(server.origin)), error => {
    assert.ok(
      isSampanError(error, 'limit') && error.message.includes('3600 s') && error.remedy !== undefined,
    );
    return true;
  });
  assert.equal(server.seen.length, 1);
});

test('what must not be done twice is sent once, unless the server says that it did nothing', async t => {
  const waiting = testWaiting();
  let status = 500;
  const server = await startServer(t, (_, response) => end(response, status));
  const send = httpClient({ waiting });
  await send(get(server.origin, { method: 'POST' }));
  assert.equal(server.seen.length, 1);
  status = 503;
  await send(get(server.origin, { method: 'POST' }));
  assert.equal(server.seen.length, 6);
});

test('credentials stay with their origin: neither another one nor what comes after it gets them', async t => {
  const home = await startServer(t, (request, response) => {
    if (request.url === '/start') end(response, 307, { location: '/again' });
    else if (request.url === '/again') end(response, 302, { location: `${away.origin}/there?sig=1` });
    else end(response, 200);
  });
  const away = await startServer(t, (_, response) => end(response, 301, { location: `${home.origin}/back` }));
  const headers = { authorization: 'Basic c2VjcmV0', cookie: 'a=b', range: 'bytes=1-' };
  const response = await httpClient()(get(`${home.origin}/start`, { headers }));
  assert.equal(response.url.pathname, '/back');
  assert.deepEqual(
    [...home.seen, ...away.seen].map(({ path, headers }) => [path, headers.authorization, headers.cookie]),
    [
      ['/start', 'Basic c2VjcmV0', 'a=b'],
      ['/again', 'Basic c2VjcmV0', 'a=b'],
      ['/back', undefined, undefined],
      ['/there?sig=1', undefined, undefined],
    ],
  );
  assert.equal(away.seen[0]?.headers.range, 'bytes=1-');
});

test('redirects without end, to nowhere, and of what is written to elsewhere are errors', async t => {
  const other = await startServer(t, (_, response) => end(response, 201));
  const server = await startServer(t, (request, response) => {
    if (request.url === '/loop') end(response, 302, { location: '/loop' });
    else if (request.url === '/file') end(response, 302, { location: 'file:///etc/passwd' });
    else end(response, 307, { location: other.origin });
  });
  const send = httpClient();
  await assert.rejects(send(get(`${server.origin}/loop`)), fail('limit', 'redirects'));
  await assert.rejects(send(get(`${server.origin}/file`)), fail('invalid'));
  const body = { sizeBytes: 1, open: () => one('x') };
  await assert.rejects(send(get(server.origin, { method: 'PUT', body })), fail('denied', other.host));
  assert.equal(other.seen.length, 0);
});

async function* one(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

test('from HTTPS nothing leads to plain HTTP, but a server behind a TLS proxy is meant as HTTPS', () => {
  const from = new URL('https://registry.test:8443/v2/');
  assert.equal(nextUrl('http://registry.test/up?x=1#y', from).href, 'https://registry.test:8443/up?x=1');
  assert.equal(nextUrl('https://user:pw@other.test/x', from).href, 'https://other.test/x');
  assert.throws(() => nextUrl('http://other.test/x', from), fail('denied', 'other.test'));
});

test('plain HTTP is for this machine alone, unless it is asked for', async () => {
  await assert.rejects(
    httpClient()(get('http://registry.test/v2/')),
    fail('denied', 'registry.test', 'plain HTTP'),
  );
  const send = httpClient({ waiting: testWaiting(), isPlainAllowed: host => host === 'registry.invalid' });
  await assert.rejects(send(get('http://registry.invalid/')), fail('unavailable', 'registry.invalid'));
});

test('a silent server, and one of one byte at a time, are given up', async t => {
  const server = await startServer(t, async (request, response) => {
    if (request.url === '/silent') return;
    response.writeHead(200, { 'content-length': '1000000' });
    if (request.url === '/stops') response.write('x');
    while (request.url === '/slow' && !response.destroyed) {
      response.write('x');
      await sleep(20);
    }
  });
  const send = httpClient({ idleMs: 150, slowMs: 300, minBytesPerSecond: 1000, maxAttempts: 1 });
  await assert.rejects(send(get(`${server.origin}/silent`)), fail('timeout', 'silent'));
  for (const [path, word] of [
    ['/stops', 'silent'],
    ['/slow', 'only'],
  ] as const) {
    const response = await send(get(`${server.origin}${path}`));
    await assert.rejects(readBody(response, 2_000_000), fail('timeout', word), path);
  }
});

test('who reads slowly does not make the server slow', async t => {
  const bytes = Buffer.alloc(4 << 20);
  const server = await startServer(t, (_, response) => response.end(bytes));
  const send = httpClient({ idleMs: 1000, slowMs: 1000, minBytesPerSecond: 1e6 });
  const response = await send(get(server.origin));
  let size = 0;
  for await (const chunk of response.body) {
    if (size === 0) await sleep(2500);
    size += chunk.length;
  }
  assert.equal(size, bytes.length);
});

test('an answer is read up to a limit, whatever it announces, and never inflated', async t => {
  const server = await startServer(t, (request, response) => {
    if (request.url === '/gzip') response.writeHead(200, { 'content-encoding': 'gzip' });
    if (request.url === '/announced') response.writeHead(200, { 'content-length': '5000' });
    response.write(Buffer.alloc(2000));
    response.end(Buffer.alloc(3000));
  });
  const send = httpClient();
  for (const path of ['/announced', '/chunked']) {
    await assert.rejects(readBody(await send(get(`${server.origin}${path}`)), 4096), fail('limit', '4096'));
  }
  await assert.rejects(readBody(await send(get(`${server.origin}/gzip`)), 9999), fail('unsupported', 'gzip'));
});

test('an answer that ends early, and one that is not HTTP, are told apart', async t => {
  const server = await startServer(t, (_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half', () => response.destroy());
  });
  const response = await httpClient()(get(server.origin));
  await assert.rejects(readBody(response, 100), fail('unavailable', 'broke off'));
  const garbage = createServer(socket => socket.end('220 mail.test ESMTP\r\n')).listen(0, '127.0.0.1');
  t.after(() => garbage.close());
  await new Promise(resolve => garbage.once('listening', resolve));
  const address = garbage.address();
  const port = typeof address === 'object' ? address?.port : 0;
  await assert.rejects(httpClient()(get(`http://127.0.0.1:${port}/`)), fail('invalid', 'not HTTP'));
});

test('a caller can stop, while it waits for an answer and in the middle of one', async t => {
  const server = await startServer(t, (request, response) => {
    if (request.url === '/never') return;
    response.writeHead(200);
    response.write('x');
  });
  const send = httpClient();
  const stop = AbortSignal.timeout(100);
  await assert.rejects(send(get(`${server.origin}/never`, { signal: stop })), fail('cancelled'));
  const controller = new AbortController();
  const response = await send(get(server.origin, { signal: controller.signal }));
  setTimeout(() => controller.abort(), 50);
  await assert.rejects(readBody(response, 10), fail('cancelled'));
});

test('no error shows a query, a user or a password', async t => {
  const server = await startServer(t, (_, response) => response.destroy());
  const url = server.origin.replace('//', '//user:hunter2@');
  await assert.rejects(httpClient({ maxAttempts: 1 })(get(`${url}/x?token=hunter2`)), error => {
    assert.ok(error instanceof Error && !`${error.message} ${String(error.cause)}`.includes('hunter2'));
    return true;
  });
});
