import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { request as secureRequest } from 'node:https';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { testCertificates } from '../../carry/http/testing/index.ts';
import { isSampanError } from '../../core/errors/index.ts';
import type { ModuleAnswer, ModuleCall, RunningModule } from '../module/index.ts';
import { testServer } from './testing/index.ts';

function fakeModule(answer: (call: ModuleCall) => Promise<ModuleAnswer | undefined>): RunningModule {
  return {
    status: () => ({ says: 'hello' }),
    metrics: () => '# TYPE fake gauge\nfake 1\n',
    answer,
    [Symbol.asyncDispose]: async () => {},
  };
}

test('a Unix socket, which its owner and group can use, answers for the agent and its parts', async t => {
  const calls: ModuleCall[] = [];
  const fake = fakeModule(async call => {
    calls.push(call);
    return call.path === 'now' ? { status: 202, json: { started: true } } : undefined;
  });
  const server = await testServer(t, { modules: new Map([['apply', fake]]) });
  equal(statSync(server.place.slice(5)).mode & 0o777, 0o660);
  const status = JSON.parse((await server.call('/v1/status')).text);
  deepEqual(status.modules, { apply: { says: 'hello' } });
  deepEqual(status.wear, { totalBytes: 12_345, bytesPerDay: 54_321 });
  equal(status.engineProblem, 'there is no engine');
  const metrics = (await server.call('/metrics')).text;
  match(metrics, /^sampan_agent_flash_written_bytes_total 12345$/m);
  match(metrics, /^fake 1$/m);
  equal((await server.call('/v1/apply')).text, '{"says":"hello"}\n');
  const reply = await server.call('/v1/apply/now?x=1', { method: 'POST', body: 'hi' });
  equal(reply.status, 202);
  equal(calls[0]?.body, 'hi');
  equal(calls[0]?.query.get('x'), '1');
  for (const path of ['/v1/apply/else', '/v1/nothing', '/else', '/v1', '/v1/containers/a/b/c'])
    equal((await server.call(path)).status, 404, path);
  equal((await server.call('/v1/status', { method: 'PUT' })).status, 405);
  equal((await server.call('/v1/%zz')).status, 400);
  equal((await server.call('/v1/containers/x/restart', { method: 'POST' })).status, 503);
});

test('a second agent does not take a socket that is in use, and takes one that was left', async t => {
  const first = await testServer(t);
  const path = first.place.slice(5);
  const refused = (error: unknown): boolean => isSampanError(error, 'unavailable');
  await rejects(testServer(t, { settings: { socket: path } }), refused);
  await first[Symbol.asyncDispose]();
  const left = createServer().listen(path);
  await once(left, 'listening');
  // What kill -9 leaves: a socket on which nobody listens.
  const { spawnSync } = await import('node:child_process');
  left.close();
  await once(left, 'close');
  spawnSync(process.execPath, [
    '-e',
    `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`,
  ]);
  ok(statSync(path).isSocket());
  const second = await testServer(t, { settings: { socket: path } });
  equal((await second.call('/v1/status')).status, 200);
});

test('TCP without a token or certificates of clients is refused, with what to do', async t => {
  await rejects(testServer(t, { settings: { listen: '127.0.0.1:0' } }), error => {
    ok(isSampanError(error, 'usage'));
    match(error.remedy ?? '', /http\.token/);
    return true;
  });
  for (const settings of [
    { listen: 'example.com:80', token: true },
    { listen: '127.0.0.1:99999', token: true },
    { token: true },
    { listen: '127.0.0.1:0', token: true, socket: '/x' },
    { port: 1 },
    { listen: '127.0.0.1:0', tls: { cert: 'x' } },
    { listen: '127.0.0.1:0', tls: { cert: 'x', key: 'y' } },
  ])
    await rejects(
      testServer(t, { settings }),
      error => isSampanError(error, 'usage'),
      JSON.stringify(settings),
    );
});

test('a token is made, for its owner alone; a wrong or missing one is refused everywhere', async t => {
  const server = await testServer(t, { settings: { listen: '127.0.0.1:0', token: true } });
  const path = join(server.directory, 'state', 'token');
  equal(statSync(path).mode & 0o777, 0o600);
  const token = readFileSync(path, 'utf8').trim();
  ok(token.length >= 43);
  const withToken = (given: string) => ({ headers: { authorization: `Bearer ${given}` } });
  for (const at of ['/v1/status', '/metrics', '/v1/events', '/v1/live', '/v1/containers', '/else'])
    for (const headers of [
      {},
      withToken('x').headers,
      withToken(`${token}x`).headers,
      { authorization: token },
    ]) {
      const reply = await server.call(at, { headers });
      equal(reply.status, 401, at);
      match(String(reply.headers['www-authenticate']), /^Bearer/);
    }
  equal((await server.call('/v1/status', withToken(token))).status, 200);
  equal((await server.call('/')).status, 200);
  ok(!JSON.stringify(server.host.bus.recent()).includes(token));
});

test('a token file that others can read, or that is too short, is refused', async t => {
  const server = await testServer(t);
  const token = join(server.directory, 'token');
  writeFileSync(token, 'short\n', { mode: 0o600 });
  const settings = { listen: '127.0.0.1:0', token };
  await rejects(testServer(t, { settings }), error => isSampanError(error, 'invalid'));
  writeFileSync(token, 'long enough to be none\n');
  await rejects(testServer(t, { settings }), error => isSampanError(error, 'invalid'));
  writeFileSync(token, 'x'.repeat(40));
  chmodSync(token, 0o640);
  await rejects(testServer(t, { settings }), error => isSampanError(error, 'denied'));
  chmodSync(token, 0o600);
  ok(await testServer(t, { settings }));
  mkdirSync(join(server.directory, 'folder'), { mode: 0o700 });
  const folder = { ...settings, token: join(server.directory, 'folder') };
  await rejects(testServer(t, { settings: folder }), error => isSampanError(error));
});

test('mutual TLS lets in who has a certificate of the authority, and nobody else', async t => {
  const { directory } = await testServer(t);
  const { ca, caPath, server: own, client } = testCertificates(directory);
  const at = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  const tls = { cert: at('s.crt', own.cert), key: at('s.key', own.key), clientCa: caPath };
  const { place } = await testServer(t, { settings: { listen: '127.0.0.1:0', tls } });
  match(place, /^https:/);
  const status = async (credentials: object): Promise<number | string | undefined> => {
    const outgoing = secureRequest(`${place}v1/status`, { ca, agent: false, ...credentials });
    outgoing.end();
    try {
      const [incoming]: IncomingMessage[] = await once(outgoing, 'response');
      incoming?.resume();
      return incoming?.statusCode;
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : 'failed';
    }
  };
  equal(await status(client), 200);
  match(String(await status({})), /^(?:E|ERR_SSL)/);
  const stranger = join(directory, 'stranger');
  mkdirSync(stranger);
  match(String(await status(testCertificates(stranger).client)), /^(?:E|ERR_SSL)/);
});

test('calls from pages of other sites and by other names are refused', async t => {
  const server = await testServer(t, { settings: { hosts: ['device.example'] } });
  const cases: readonly (readonly [number, string, Readonly<Record<string, string>>])[] = [
    [200, '/v1/status', { host: 'localhost:8642' }],
    [200, '/v1/status', { host: '127.0.0.1:1' }],
    [200, '/v1/status', { host: '[::1]:1' }],
    [200, '/v1/status', { host: 'Device.Example' }],
    [
      200,
      '/v1/status',
      { host: 'localhost:1', origin: 'http://localhost:1', 'sec-fetch-site': 'same-origin' },
    ],
    [421, '/v1/status', { host: 'evil.example' }],
    [421, '/', { host: 'evil.example' }],
    [421, '/v1/status', { host: '127.0.0.1.evil.example' }],
    [421, '/v1/status', { host: 'localhost@evil.example' }],
    [421, '/v1/status', { host: 'localhost:x' }],
    [403, '/v1/status', { host: 'localhost', origin: 'https://evil.example' }],
    [403, '/v1/status', { host: 'localhost', origin: 'null' }],
    [403, '/v1/status', { host: 'localhost:1', origin: 'http://localhost:2' }],
    [403, '/v1/status', { host: 'localhost', 'sec-fetch-site': 'cross-site' }],
    [403, '/v1/status', { host: 'localhost', 'sec-fetch-site': 'same-site' }],
    [403, '/v1/status', { host: 'localhost', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
    [200, '/', { host: 'localhost', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
    [403, '/', { host: 'localhost', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
  ];
  for (const [status, path, headers] of cases)
    equal((await server.call(path, { headers })).status, status, `${path} ${JSON.stringify(headers)}`);
  const forged = { method: 'POST', headers: { host: 'localhost', origin: 'http://evil.example' } };
  equal((await server.call('/v1/containers/x/restart', forged)).status, 403);
  const { headers } = await server.call('/v1/status');
  equal(headers['access-control-allow-origin'], undefined);
});

test('large bodies and heads are refused, told or not told how large', async t => {
  const server = await testServer(t, { limits: { maxBodyBytes: 1000, maxHeaderBytes: 2000 } });
  const path = '/v1/apply/now';
  const headers = { host: 'localhost' };
  equal((await server.call(path, { method: 'POST', headers, body: 'x'.repeat(1001) })).status, 413);
  const chunked = { ...headers, 'transfer-encoding': 'chunked' };
  equal((await server.call(path, { method: 'POST', headers: chunked, body: 'x'.repeat(1001) })).status, 413);
  equal((await server.call('/', { headers: { ...headers, x: 'x'.repeat(3000) } })).status, 431);
});

/** Sends pieces on a connection until it is closed; how many went, and what came. */
async function raw(path: string, pieces: readonly string[], everyMs: number) {
  const socket = connect(path);
  socket.on('error', () => {});
  let text = '';
  socket.on('data', bytes => {
    text += String(bytes);
  });
  const closed = new Promise(resolve => socket.once('close', resolve));
  let sent = 0;
  for (; sent < pieces.length && !socket.destroyed; sent += 1) {
    socket.write(pieces[sent]!);
    await sleep(everyMs);
  }
  await closed;
  return { text, sent };
}

test('clients that send a head or a body by drops are cut', async t => {
  const server = await testServer(t, { limits: { headersMs: 400, requestMs: 800 } });
  const path = server.place.slice(5);
  const drops = Array.from({ length: 100 }, (_, i) => `x-${i}: y\r\n`);
  const [head, body] = await Promise.all([
    raw(path, ['GET /v1/status HTTP/1.1\r\nhost: localhost\r\n', ...drops], 50),
    raw(
      path,
      [
        'POST /v1/apply/now HTTP/1.1\r\nhost: localhost\r\ncontent-length: 500\r\n\r\n',
        ...drops.map(() => 'x'),
      ],
      50,
    ),
  ]);
  for (const { text, sent } of [head, body]) {
    // A client that writes while it is being cut may lose the answer.
    match(text, /^(?:HTTP\/1\.1 408|$)/);
    ok(sent < drops.length, 'cut before it had sent everything');
  }
  equal((await server.call('/v1/status')).status, 200);
});

test('connections and streams above the limit are refused', async t => {
  const server = await testServer(t, { limits: { maxStreams: 2, maxConnections: 5 } });
  const open = async (): Promise<IncomingMessage> => {
    const [incoming] = await once(get({ ...server.target, path: '/v1/events', agent: false }), 'response');
    return incoming;
  };
  const streams = [await open(), await open()];
  equal((await server.call('/v1/events')).status, 503);
  const idle = Array.from({ length: 3 }, () => connect(server.place.slice(5)));
  await Promise.all(idle.map(socket => once(socket, 'connect')));
  await rejects(server.call('/v1/status'));
  for (const one of [...streams, ...idle]) one.destroy();
  await sleep(100);
  equal((await server.call('/v1/status')).status, 200);
});

test('what goes wrong within is told without what it says', async t => {
  const fake = fakeModule(async () => {
    throw new Error('hunter2');
  });
  const server = await testServer(t, { modules: new Map([['apply', fake]]) });
  const reply = await server.call('/v1/apply/now', { method: 'POST' });
  equal(reply.status, 500);
  ok(!reply.text.includes('hunter2'));
});

test('a stream of a part is sent as server-sent events, and ends with its reason', async t => {
  const fake = fakeModule(async () => ({
    status: 200,
    events: (async function* () {
      yield { event: 'a\nb', data: { n: 1 } };
    })(),
  }));
  const server = await testServer(t, { modules: new Map([['trace', fake]]) });
  const { text } = await server.call('/v1/trace/live');
  match(text, /^event: a b\ndata: \{"n":1\}\n\n/m);
});

test('the page is one file below 100 kB, and may load nothing but its own API', async t => {
  const server = await testServer(t);
  const plain = await server.call('/');
  equal(plain.status, 200);
  ok(Buffer.byteLength(plain.text) < 100_000, `${Buffer.byteLength(plain.text)} bytes`);
  const policy = String(plain.headers['content-security-policy']);
  match(
    policy,
    /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; connect-src 'self';/,
  );
  ok(!/unsafe|https?:/.test(policy));
  ok(!/\s(?:src|href)="(?!data:|#)/.test(plain.text));
  const packed = await server.call('/', { headers: { host: 'localhost', 'accept-encoding': 'gzip' } });
  equal(packed.headers['content-encoding'], 'gzip');
});
