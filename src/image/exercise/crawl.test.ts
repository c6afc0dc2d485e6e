import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type TestContext, test } from 'node:test';
import type { Container } from '../../core/engine/index.ts';
import { crawl } from './crawl.ts';
import { ask } from './http.ts';
import { runProbe } from './probes.ts';
import { fakeContainer } from './testing/index.ts';

/** A container whose port 8080 is this server. */
async function serving(t: TestContext, listener: RequestListener): Promise<Container> {
  const server = createServer(listener);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return fakeContainer({ local: (server.address() as AddressInfo).port });
}

const html =
  (body: string): RequestListener =>
  (_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(body);
  };

test('a visitor follows links, sources and redirects of the same port, each once', async t => {
  const asked: string[] = [];
  const container = await serving(t, (request, response) => {
    asked.push(request.url ?? '');
    response.setHeader('content-type', 'text/html');
    if (request.url === '/old') response.writeHead(302, { location: '/new?x=1#part' }).end();
    else if (request.url !== '/') response.end('<a href="/">home</a>');
    else
      response.end(`<a href=/old>x</a> <img src='a.png'> <form action="post">
      <a href="/old">again</a> <a href="http://example.org/away">away</a> <a href="https://localhost:8080/tls">tls</a>
      <a href="/logout">bye</a> <a href="mailto:x@y">mail</a> <a href="http://[bad">bad</a>`);
  });
  const results = await crawl(container, 8080);
  deepEqual(asked, ['/', '/old', '/a.png', '/post', '/new?x=1']);
  deepEqual(
    results.map(({ result }) => [result.name, result.status]),
    [
      ['GET :8080/', 200],
      ['GET :8080/old', 302],
      ['GET :8080/a.png', 200],
      ['GET :8080/post', 200],
      ['GET :8080/new?x=1', 200],
    ],
  );
});

test('a visitor gets tired of a site without an end', async t => {
  let count = 0;
  const container = await serving(t, (request, response) => {
    count += 1;
    html(`<a href="/${count}">next</a>`)(request, response);
  });
  equal((await crawl(container, 8080)).length, 24);
});

function* endless(): Generator<string, void, undefined> {
  for (;;) yield 'x'.repeat(65_536);
}

test('an answer without an end is cut, and looks the same each time', async t => {
  const container = await serving(t, (_, response) => {
    response.setHeader('content-type', 'multipart/x-mixed-replace; boundary=b');
    pipeline(Readable.from(endless()), response).catch(() => {});
  });
  const [visit] = await crawl(container, 8080);
  const result = visit?.result;
  deepEqual(
    [result?.ok, result?.status, result?.shape],
    [true, 200, 'multipart/x-mixed-replace more than is read'],
  );
});

test('nothing is sent to ports of other protocols, and what answers in one is left alone', async t => {
  let connections = 0;
  const server = createTcp(socket => {
    connections += 1;
    socket.end('SSH-2.0-thing\r\n');
    socket.on('error', () => {}).resume();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const container = fakeContainer({ local: (server.address() as AddressInfo).port });
  deepEqual(await crawl(container, 6379), []);
  equal(connections, 0);
  deepEqual(await crawl(container, 9999), []);
  equal(connections, 1);
});

test('a probe sends its method and body, and judges the status', async t => {
  const container = await serving(t, (request, response) => {
    let body = '';
    request.on('data', chunk => (body += chunk));
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.statusCode = 201;
      response.end(JSON.stringify({ method: request.method, type: request.headers['content-type'], body }));
    });
  });
  const probe = { kind: 'http', port: 8080, path: '/x', method: 'POST', body: '{"v":1}' } as const;
  const answer = await ask(container, probe);
  deepEqual(JSON.parse(answer.body), { method: 'POST', type: 'application/json', body: '{"v":1}' });
  const good = await runProbe({ ...probe, status: 201 }, container, { ports: [8080] });
  deepEqual([good.ok, good.detail], [true, 'status 201']);
  const bad = await runProbe({ ...probe, status: 200 }, container, { ports: [8080] });
  deepEqual([bad.ok, bad.detail], [false, 'status 201, wanted 200']);
});

test('probes inside and outside tell how they ended', async () => {
  const container = fakeContainer({
    exec: async args => ({
      code: args[0] === 'false' ? 1 : 0,
      stdout: '',
      stderr: 'one\ntwo\n',
      timedOut: false,
    }),
  });
  const options = { ports: [8080] };
  equal((await runProbe({ kind: 'exec', args: ['true'] }, container, options)).ok, true);
  const failed = await runProbe({ kind: 'exec', args: ['false'] }, container, options);
  deepEqual([failed.ok, failed.detail, failed.status], [false, 'exit 1 two', 1]);
  equal((await runProbe({ kind: 'script', path: '/bin/true' }, container, options)).ok, true);
  const missing = await runProbe({ kind: 'script', path: '/no/such/script' }, container, options);
  ok(!missing.ok && missing.detail.includes('ENOENT'));
});

test('an interrupted visit throws', async t => {
  const container = await serving(t, () => {});
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('stop')), 20);
  await rejects(crawl(container, 8080, controller.signal), /stop/);
});
