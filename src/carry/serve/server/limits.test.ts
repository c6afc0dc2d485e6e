import { deepEqual, equal, match, ok, rejects, throws } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { askAt, pushBlob, sameBytes, serveForTest, sha256, testDirectory } from '../testing/index.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { isLoopbackAddress, parseAddress, throwUnlessProtected } from './loopback.ts';

test('a blob beyond the limit is refused however it comes, and nothing is left of it', async t => {
  const { ask, directory } = await serveForTest(t, { limits: { ...DEFAULT_LIMITS, maxBlobBytes: 1000 } });
  const bytes = randomBytes(1001);
  const post = await ask('POST', `/v2/a/blobs/uploads/?digest=${sha256(bytes)}`, { body: bytes });
  deepEqual([post.status, ...post.codes()], [413, 'SIZE_INVALID']);
  const { headers } = await ask('POST', '/v2/a/blobs/uploads/');
  equal((await ask('PATCH', headers.location ?? '', { body: bytes, isStreamed: true })).status, 413);
  equal((await ask('DELETE', headers.location ?? '')).status, 204);
  equal(await pushBlob(ask, 'a', bytes.subarray(1)), 201);
  equal(readdirSync(join(directory, 'blobs', 'sha256')).length, 1);
});

test('more uploads than the limit are refused until one ends', async t => {
  const { ask } = await serveForTest(t, { limits: { ...DEFAULT_LIMITS, maxUploads: 2 } });
  const [first] = [await ask('POST', '/v2/a/blobs/uploads/'), await ask('POST', '/v2/a/blobs/uploads/')];
  const third = await ask('POST', '/v2/a/blobs/uploads/');
  deepEqual([third.status, third.headers['retry-after'], ...third.codes()], [429, '10', 'TOOMANYREQUESTS']);
  await ask('DELETE', first.headers.location ?? '');
  equal((await ask('POST', '/v2/a/blobs/uploads/')).status, 202);
});

test('long paths and headers are refused', async t => {
  const { ask } = await serveForTest(t);
  equal((await ask('GET', `/v2/${'a/'.repeat(3000)}tags/list`)).status, 414);
  equal((await ask('GET', '/v2/', { headers: { x: 'x'.repeat(20_000) } })).status, 431);
});

test('a connection on which nothing happens is closed', async t => {
  const { port } = await serveForTest(t, { limits: { ...DEFAULT_LIMITS, idleMs: 200 } });
  const socket = connect(port, '127.0.0.1');
  socket.write('PATCH /v2/a/blobs/uploads/x HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\n');
  await once(socket.resume(), 'close');
});

test('an upload whose line breaks goes on where it was, although the old request still hangs', async t => {
  const { ask, port } = await serveForTest(t);
  const bytes = randomBytes(100_000);
  const { headers } = await ask('POST', '/v2/a/blobs/uploads/');
  const hanging = connect(port, '127.0.0.1').on('error', () => {});
  hanging.write(`PATCH ${headers.location} HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n`);
  hanging.write(bytes.subarray(0, 40_000));
  while ((await ask('GET', headers.location ?? '')).headers.range !== '0-39999') await sleep(10);
  const range = { 'content-range': '40000-99999' };
  const rest = await ask('PATCH', headers.location ?? '', { headers: range, body: bytes.subarray(40_000) });
  equal(rest.status, 202);
  const done = await ask('PUT', `${headers.location}?digest=${sha256(bytes)}`);
  equal(done.status, 201);
  sameBytes((await ask('GET', done.headers.location ?? '')).body, bytes);
});

test('an error in the middle of a body reaches the client, and the connection stays of use', async t => {
  const { ask } = await serveForTest(t, { limits: { ...DEFAULT_LIMITS, maxBlobBytes: 1000 } });
  for (let i = 0; i < 3; i++) {
    const { headers } = await ask('POST', '/v2/a/blobs/uploads/');
    const large = await ask('PATCH', headers.location ?? '', {
      body: randomBytes(3 << 20),
      isStreamed: true,
    });
    equal(large.status, 413);
  }
});

test('stopping lets a pull end, and takes nothing new', async t => {
  const { ask, registry, port } = await serveForTest(t);
  const bytes = randomBytes(8 << 20);
  await pushBlob(ask, 'a', bytes);
  const response = await fetch(`http://127.0.0.1:${port}/v2/a/blobs/${sha256(bytes)}`);
  const stopped = registry.stop();
  await rejects(askAt(port)('GET', '/v2/'));
  sameBytes(new Uint8Array(await response.arrayBuffer()), bytes);
  await stopped;
});

test('stopping cuts what does not end in time', async t => {
  const { ask, registry, port } = await serveForTest(t, { limits: { ...DEFAULT_LIMITS, graceMs: 100 } });
  const { headers } = await ask('POST', '/v2/a/blobs/uploads/');
  const hanging = connect(port, '127.0.0.1').on('error', () => {});
  hanging.write(`PATCH ${headers.location} HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\n`);
  const closed = once(hanging.resume(), 'close');
  await sleep(50);
  await registry.stop();
  await closed;
});

test('an address that is in use is told', async t => {
  const { port } = await serveForTest(t);
  await rejects(serveForTest(t, { listen: { host: '127.0.0.1', port } }), /127\.0\.0\.1:\d+ is in use/);
});

test('figures count what happened', async t => {
  const { ask } = await serveForTest(t);
  await pushBlob(ask, 'a', 'hello');
  await ask('GET', `/v2/a/blobs/${sha256('hello')}`);
  await ask('GET', '/v2/a/manifests/none');
  const { body, headers } = await ask('GET', '/metrics');
  match(String(headers['content-type']), /version=0\.0\.4/);
  const text = body.toString();
  for (const line of [
    'sampan_registry_requests_total{resource="manifest",method="GET",status="404"} 1',
    'sampan_registry_sent_bytes_total 5',
    'sampan_registry_received_bytes_total 5',
    'sampan_registry_request_seconds_count{resource="blob"} 1',
  ]) {
    ok(text.includes(`${line}\n`), `${line}\n${text}`);
  }
  for (const line of text.trim().split('\n'))
    match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? [\d.e+-]+)$/);
});

test('an error on this side is written down, and the client is not told the details', async t => {
  const { ask, directory, records } = await serveForTest(t);
  await pushBlob(ask, 'a', 'hello');
  const { rmSync, mkdirSync } = await import('node:fs');
  const path = join(directory, 'repositories', 'a', '_tags');
  rmSync(path, { recursive: true, force: true });
  mkdirSync(join(path, 'v1'), { recursive: true });
  const answer = await ask('GET', '/v2/a/manifests/v1');
  deepEqual(
    [answer.status, answer.json()],
    [500, { errors: [{ code: 'UNKNOWN', message: 'internal error' }] }],
  );
  while (records.length < 2) await sleep(10);
  match(String(records.at(-1)?.error), /illegal operation on a directory/);
});

test('the address to listen on is read as people write it', () => {
  deepEqual(parseAddress('127.0.0.1:5000'), { host: '127.0.0.1', port: 5000 });
  deepEqual(parseAddress('[::1]:0'), { host: '::1', port: 0 });
  deepEqual(parseAddress(':5000'), { host: '::', port: 5000 });
  for (const bad of ['5000', 'x', 'a:70000', '::1:5000', '[x]:1', '[127.0.0.1]:1', 'a:b', '']) {
    throws(() => parseAddress(bad), { code: 'usage' }, bad);
  }
});

test('beyond this machine it wants TLS, and passwords unless it only reads', () => {
  const none = { hasTls: false, hasUsers: false, isReadOnly: false, isAsked: false };
  for (const text of ['127.0.0.1:1', '127.9.9.9:1', '[::1]:1', 'localhost:1']) {
    ok(isLoopbackAddress(parseAddress(text)), text);
    throwUnlessProtected(parseAddress(text), none);
  }
  for (const text of [':1', '0.0.0.0:1', '192.0.2.1:1', '[::ffff:192.0.2.1]:1', 'registry.example:1']) {
    const address = parseAddress(text);
    throws(() => throwUnlessProtected(address, none), /no TLS .* no passwords/, text);
    throws(() => throwUnlessProtected(address, { ...none, hasUsers: true }), /no TLS/);
    throws(() => throwUnlessProtected(address, { ...none, hasTls: true }), /no passwords/);
    throwUnlessProtected(address, { ...none, hasTls: true, isReadOnly: true });
    throwUnlessProtected(address, { ...none, hasTls: true, hasUsers: true });
    throwUnlessProtected(address, { ...none, isAsked: true });
  }
});

test('what is temporary of a killed process is removed at the start', async t => {
  const directory = testDirectory(t);
  const { mkdirSync, writeFileSync } = await import('node:fs');
  mkdirSync(join(directory, 'blobs', 'sha256'), { recursive: true });
  writeFileSync(join(directory, 'blobs', 'sha256', '.1-1.0123456789ab.part'), 'half');
  await serveForTest(t, { directory });
  deepEqual(readdirSync(join(directory, 'blobs', 'sha256')), []);
});
