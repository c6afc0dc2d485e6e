import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Digest, digestOf } from '../../core/bytes/index.ts';
import { isSampanError } from '../../core/errors/index.ts';
import { countChunks, formatChunkList } from './chunks.ts';
import { fetchFile } from './fetch.ts';
import type { FetchJob } from './job.ts';
import { partPaths, writeState } from './state.ts';
import {
  answer,
  breakAfter,
  clientWith,
  clockAt,
  flip,
  type Served,
  serve,
  type TestServer,
} from './testing/index.ts';

const CHUNK = 4096;
const NOON = new Date(2026, 5, 1, 12, 0).getTime();

interface Here {
  readonly server: TestServer;
  readonly path: string;
  readonly directory: string;
  readonly said: string[];
  fetch(more?: Partial<FetchJob>): ReturnType<typeof fetchFile>;
}

function listOf(bytes: Buffer): string {
  const counter = countChunks(CHUNK);
  counter.add(bytes);
  return formatChunkList(counter.end());
}

async function here(
  t: { after(work: () => void): void },
  bytes: Buffer,
  options: { readonly list?: boolean } = {},
): Promise<Here> {
  const server = await serve(t);
  const directory = mkdtempSync(join(tmpdir(), 'sampan-fetch-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'file');
  put(server, bytes);
  if (options.list === true) server.files.set('/file.chunks', served(Buffer.from(listOf(bytes))));
  const said: string[] = [];
  const waiting = clockAt(NOON);
  const fetch = async (more: Partial<FetchJob> = {}) =>
    await fetchFile(
      { url: new URL('file', server.url), path, ...more },
      { send: clientWith(waiting), waiting, say: text => said.push(text) },
    );
  return { server, path, directory, said, fetch };
}

function served(bytes: Buffer): Served {
  return { bytes, etag: `"${digestOf(bytes).slice(7, 20)}"` };
}

function put(server: TestServer, bytes: Buffer): void {
  server.files.set('/file', served(bytes));
}

function isCode(code: string, ...words: string[]): (error: unknown) => boolean {
  return error =>
    isSampanError(error) && error.code === code && words.every(word => error.message.includes(word));
}

const BYTES = randomBytes(10 * CHUNK + 17);

for (const list of [true, false]) {
  const how = list ? 'with a list of chunks' : 'without a list';

  test(`a connection that breaks goes on where it was, ${how}`, async t => {
    const { server, path, directory, fetch } = await here(t, BYTES, { list });
    server.moods.push(breakAfter(5000), breakAfter(20_000));
    const { digest, resumedAt } = await fetch();
    assert.equal(digest, digestOf(BYTES));
    assert.equal(resumedAt, 0);
    assert.deepEqual(readFileSync(path), BYTES);
    assert.equal(server.ranges.length, 3);
    assert.ok(Number(/^bytes=(\d+)-$/.exec(server.ranges[1] ?? '')?.[1]) > 0);
    assert.ok(Number(/^bytes=(\d+)-$/.exec(server.ranges[2] ?? '')?.[1]) >= 20_000);
    assert.deepEqual(readdirSync(directory), ['file']);
  });

  test(`a second run goes on where the first stopped, ${how}`, async t => {
    const { server, path, said, fetch } = await here(t, BYTES, { list });
    server.moods.push(breakAfter(3 * CHUNK + 5), ...refuseAlways(60));
    await assert.rejects(fetch(), isCode('unavailable'));
    assert.equal(existsSync(path), false);
    server.moods.length = 0;
    const { resumedAt } = await fetch();
    assert.equal(resumedAt, 3 * CHUNK + 5);
    assert.ok(said.some(text => text.startsWith('going on after')));
    assert.deepEqual(readFileSync(path), BYTES);
  });

  test(`a server without ranges is read again from its start, ${how}`, async t => {
    const { server, path, fetch } = await here(t, BYTES, { list });
    const whole = (_: unknown, response: import('node:http').ServerResponse): true => {
      response.writeHead(200, { 'content-length': BYTES.length }).end(BYTES);
      return true;
    };
    server.moods.push(breakAfter(9000), whole);
    await fetch();
    assert.deepEqual(readFileSync(path), BYTES);
  });

  test(`an empty file is a file, ${how}`, async t => {
    const { path, fetch } = await here(t, Buffer.alloc(0), { list });
    assert.equal((await fetch()).sizeBytes, 0);
    assert.equal(readFileSync(path).length, 0);
  });
}

function refuseAlways(times: number): ((q: unknown, r: import('node:http').ServerResponse) => true)[] {
  return Array.from({ length: times }, () => (_, response) => {
    response.writeHead(500).end();
    return true as const;
  });
}

test('after a power cut only what was put on the disk counts', async t => {
  const { server, path, fetch } = await here(t, BYTES);
  server.moods.push(breakAfter(20_000), ...refuseAlways(60));
  await assert.rejects(fetch(), isCode('unavailable'));
  server.moods.length = 0;
  const { part, state } = partPaths(path);
  const before = JSON.parse(readFileSync(state, 'utf8'));
  // What was not synchronised came back as zeros.
  writeFileSync(part, Buffer.concat([BYTES.subarray(0, 10_000), Buffer.alloc(20_000)]));
  await writeState(state, { ...before, durable: 10_000, boot: 'another run of the machine' });
  assert.equal((await fetch()).resumedAt, 10_000);
  assert.deepEqual(readFileSync(path), BYTES);
});

test('with a list, what a power cut damaged is found, chunk by chunk', async t => {
  const { server, path, fetch } = await here(t, BYTES, { list: true });
  server.moods.push(breakAfter(9 * CHUNK), ...refuseAlways(60));
  await assert.rejects(fetch(), isCode('unavailable'));
  server.moods.length = 0;
  const { part, state } = partPaths(path);
  const before = JSON.parse(readFileSync(state, 'utf8'));
  writeFileSync(part, Buffer.concat([BYTES.subarray(0, 5 * CHUNK), Buffer.alloc(4 * CHUNK)]));
  await writeState(state, { ...before, durable: CHUNK, boot: 'another run of the machine' });
  assert.equal((await fetch()).resumedAt, 5 * CHUNK);
  assert.deepEqual(readFileSync(path), BYTES);
});

test('a chunk that arrives damaged is fetched again, and nothing else', async t => {
  const { server, path, said, fetch } = await here(t, BYTES, { list: true });
  server.moods.push(flip(3 * CHUNK + 7));
  await fetch();
  assert.deepEqual(readFileSync(path), BYTES);
  assert.deepEqual(server.ranges, [undefined, `bytes=${3 * CHUNK}-`]);
  assert.deepEqual(said, ['chunk 4 arrived damaged: fetching it again']);
});

test('a chunk that was damaged on the disk is fetched again, and nothing else', async t => {
  const { server, path, said, fetch } = await here(t, BYTES, { list: true });
  server.moods.push(breakAfter(8 * CHUNK), ...refuseAlways(60));
  await assert.rejects(fetch(), isCode('unavailable'));
  server.moods.length = 0;
  server.ranges.length = 0;
  const { part, state } = partPaths(path);
  const bytes = readFileSync(part);
  bytes[CHUNK + 1]! ^= 1;
  writeFileSync(part, bytes);
  const before = JSON.parse(readFileSync(state, 'utf8'));
  await writeState(state, { ...before, durable: 8 * CHUNK });
  await fetch();
  assert.deepEqual(readFileSync(path), BYTES);
  assert.deepEqual(server.ranges, [`bytes=${8 * CHUNK}-`, `bytes=${CHUNK}-${2 * CHUNK - 1}`]);
  assert.ok(said.includes('chunk 2 is damaged: fetching it again'));
});

test('a chunk that stays wrong ends it, and no file appears', async t => {
  const { server, path, fetch } = await here(t, BYTES, { list: true });
  server.moods.push(flip(0), flip(0), flip(0));
  await assert.rejects(fetch(), isCode('integrity', 'chunk 1'));
  assert.equal(existsSync(path), false);
});

test('wrong bytes are found by the digest of the whole, and the next run begins anew', async t => {
  const { server, path, directory, fetch } = await here(t, BYTES);
  const digest = digestOf(BYTES);
  server.moods.push(flip(CHUNK));
  await assert.rejects(fetch({ digest }), isCode('integrity', digest));
  assert.deepEqual(readdirSync(directory), []);
  assert.equal((await fetch({ digest })).checkedBy, 'digest');
  assert.deepEqual(readFileSync(path), BYTES);
});

test('a file that changes at the server is begun anew', async t => {
  const { server, path, said, fetch } = await here(t, BYTES);
  const after = randomBytes(BYTES.length);
  server.moods.push(breakAfter(20_000), (request, response) => {
    put(server, after);
    answer(request, response, served(after));
    return true;
  });
  assert.equal((await fetch()).digest, digestOf(after));
  assert.deepEqual(readFileSync(path), after);
  assert.deepEqual(said, ['the file has changed at the server: beginning anew']);
});

test('a file that changes together with its list is begun anew, also in mid-transfer', async t => {
  const { server, path, fetch } = await here(t, BYTES, { list: true });
  const after = randomBytes(3 * CHUNK);
  server.moods.push(breakAfter(20_000), (request, response) => {
    put(server, after);
    server.files.set('/file.chunks', served(Buffer.from(listOf(after))));
    answer(request, response, served(after));
    return true;
  });
  assert.equal((await fetch()).digest, digestOf(after));
  assert.deepEqual(readFileSync(path), after);
});

test('lengths that lie are found', async t => {
  const { server, path, fetch } = await here(t, BYTES, { list: true });
  const longer = Buffer.concat([BYTES, Buffer.from('more')]);
  server.moods.push((_, response) => {
    response.writeHead(200, { 'content-length': longer.length }).end(longer);
    return true;
  });
  await assert.rejects(fetch(), isCode('integrity', `${longer.length}`));
  // Without a length, and more than the list says.
  server.moods.push((_, response) => {
    response.writeHead(200);
    response.write(longer);
    response.end();
    return true;
  });
  await assert.rejects(fetch(), isCode('integrity', 'more than'));
  assert.equal(existsSync(path), false);
  await fetch();
  assert.deepEqual(readFileSync(path), BYTES);
});

test('another range than was asked for is refused', async t => {
  const { server, fetch } = await here(t, BYTES);
  server.moods.push(breakAfter(8000), (_, response, { etag }) => {
    const range = { 'content-range': `bytes 9000-9009/${BYTES.length}`, 'content-length': 10, etag };
    response.writeHead(206, range).end(BYTES.subarray(9000, 9010));
    return true;
  });
  await assert.rejects(fetch(), isCode('invalid', 'another range'));
});

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
    assert.equal(existsSync(join(directory, 'file')), false);
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
