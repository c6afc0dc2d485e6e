import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Digest, digestOf } from '../../core/bytes/index.ts';
import { fetchFile } from './fetch.ts';
import { partPaths } from './state.ts';
import {
  BYTES,
  breakAfter,
  clientWith,
  clockAt,
  here,
  isCode,
  listOf,
  NOON,
  put,
  serve,
  served,
} from './testing/index.ts';

test('what is there already and is what is wanted is not fetched', async t => {
  const { server, path, fetch } = await here(t, BYTES, { list: true });
  writeFileSync(path, BYTES);
  assert.equal((await fetch()).digest, digestOf(BYTES));
  assert.deepEqual(server.ranges, []);
});

test('a page instead of a list counts as none; a list of another file is refused', async t => {
  const { server, fetch } = await here(t, BYTES);
  server.files.set('/file.chunks', served(Buffer.from('<html>welcome</html>')));
  assert.equal((await fetch()).checkedBy, 'size');
  server.files.set('/file.chunks', served(Buffer.from(listOf(BYTES))));
  const other: Digest = digestOf('other');
  await assert.rejects(fetch({ digest: other }), isCode('integrity', other));
});

for (const [status, code] of [
  [404, 'not-found'],
  [403, 'denied'],
  [401, 'denied'],
  [418, 'invalid'],
] as const) {
  test(`status ${status} is told at once, as ${code}`, async t => {
    const { server, directory, fetch } = await here(t, BYTES);
    server.moods.push((_, response) => {
      response.writeHead(status).end();
      return true;
    });
    await assert.rejects(fetch(), isCode(code, `status ${status}`));
    assert.deepEqual(readdirSync(directory), []);
  });
}

test('a server that is busy is asked again when it says', async t => {
  const { server, path, fetch } = await here(t, BYTES);
  server.moods.push((_, response) => {
    response.writeHead(429, { 'retry-after': '7' }).end();
    return true;
  });
  await fetch();
  assert.deepEqual(readFileSync(path), BYTES);
});

test('credentials do not follow a redirect to another host, and are not on the disk', async t => {
  const { server, path, directory, fetch } = await here(t, BYTES);
  const other = await serve(t);
  put(other, BYTES);
  server.moods.push(breakAfter(9000), (_, response) => {
    response.writeHead(307, { location: new URL('file', other.url).href }).end();
    return true;
  });
  await fetch({ headers: { authorization: 'Basic c2VjcmV0' } });
  assert.deepEqual(readFileSync(path), BYTES);
  assert.ok(server.requests.every(request => request.headers.authorization !== undefined));
  assert.ok(other.requests.every(request => request.headers.authorization === undefined));
  assert.equal(other.requests.length, 1);
  assert.deepEqual(readdirSync(directory), ['file']);
});

test('a rate is kept', async t => {
  const { server, fetch } = await here(t, BYTES);
  const waiting = clockAt(NOON);
  const { url } = server;
  await fetchFile(
    { url: new URL('file', url), path: join(tmpdir(), `sampan-rate-${process.pid}`), bytesPerSecond: 4096 },
    { send: clientWith(waiting), waiting },
  );
  rmSync(join(tmpdir(), `sampan-rate-${process.pid}`));
  const seconds = (waiting.ms - NOON) / 1000;
  // A second's worth may come at once.
  assert.ok(seconds > BYTES.length / 4096 - 2 && seconds < BYTES.length / 4096 + 2, `${seconds} s`);
  await fetch();
});

test('outside its window it waits, says so once, and goes on', async t => {
  const { server, said, path } = await here(t, BYTES);
  const waiting = clockAt(NOON);
  await fetchFile(
    { url: new URL('file', server.url), path, window: { from: 60, to: 300 } },
    { send: clientWith(waiting), waiting, say: text => said.push(text) },
  );
  assert.deepEqual(said, ['it is 12:00; going on at 01:00']);
  assert.ok(waiting.ms >= NOON + 13 * 3_600_000);
  assert.ok(waiting.slept.every(ms => ms <= 60_000));
  assert.deepEqual(readFileSync(path), BYTES);
});

test('two at once for one file do not disturb each other', async t => {
  const { path, fetch } = await here(t, BYTES);
  const both = await Promise.allSettled([fetch(), fetch()]);
  assert.ok(both.some(one => one.status === 'fulfilled'));
  assert.deepEqual(readFileSync(path), BYTES);
});

test('a state that makes no sense is not believed', async t => {
  const { server, path, fetch } = await here(t, BYTES);
  const { part, state } = partPaths(path);
  for (const text of ['', '{', '[]', '{"schema":"sampan.fetch/1","durable":-1}', '\0'.repeat(1 << 17)]) {
    writeFileSync(part, 'rubbish');
    writeFileSync(state, text);
    server.ranges.length = 0;
    assert.equal((await fetch()).resumedAt, 0);
    assert.deepEqual(server.ranges, [undefined]);
    assert.deepEqual(readFileSync(path), BYTES);
  }
});
