import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { digestOf } from '../../core/bytes/index.ts';
import {
  answer,
  BYTES,
  breakAfter,
  CHUNK,
  flip,
  here,
  isCode,
  leave,
  listOf,
  put,
  refuseAlways,
  served,
} from './testing/index.ts';

for (const list of [true, false]) {
  const how = list ? 'with a list of chunks' : 'without a list';

  test(`a connection that breaks goes on where it was, ${how}`, async t => {
    const { server, path, directory, fetch } = await here(t, BYTES, { list });
    server.moods.push(breakAfter(5000), breakAfter(20_000));
    const { digest, resumedAt } = await fetch();
    assert.equal(digest, digestOf(BYTES));
    assert.equal(resumedAt, 0);
    assert.deepEqual(readFileSync(path), BYTES);
    const begun = server.ranges.map(range => Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0));
    assert.deepEqual(
      begun,
      begun.toSorted((one, other) => one - other),
    );
    assert.ok(begun.at(-1)! > 0, `${begun}`);
    assert.deepEqual(readdirSync(directory), ['file']);
  });

  test(`a second run goes on where the first stopped, ${how}`, async t => {
    const { server, path, fetch } = await here(t, BYTES, { list });
    server.moods.push(breakAfter(3 * CHUNK + 5), ...refuseAlways(60));
    await assert.rejects(fetch(), isCode('unavailable'));
    assert.equal(existsSync(path), false);
    server.moods.length = 0;
    const { resumedAt } = await fetch();
    assert.ok(resumedAt <= 3 * CHUNK + 5);
    if (resumedAt > 0) assert.equal(server.ranges.at(-1), `bytes=${resumedAt}-`);
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

test('after a power cut only what was put on the disk counts', async t => {
  const bench = await here(t, BYTES);
  // What was not synchronised came back as zeros.
  const there = Buffer.concat([BYTES.subarray(0, 10_000), Buffer.alloc(20_000)]);
  await leave(bench, there, { durable: 10_000, boot: 'another run of the machine' });
  assert.equal((await bench.fetch()).resumedAt, 10_000);
  assert.deepEqual(readFileSync(bench.path), BYTES);
});

test('with a list, what a power cut damaged is found, chunk by chunk', async t => {
  const bench = await here(t, BYTES, { list: true });
  const there = Buffer.concat([BYTES.subarray(0, 5 * CHUNK), Buffer.alloc(4 * CHUNK)]);
  await leave(bench, there, { durable: CHUNK, boot: 'another run of the machine' });
  assert.equal((await bench.fetch()).resumedAt, 5 * CHUNK);
  assert.deepEqual(readFileSync(bench.path), BYTES);
});

for (const list of [true, false]) {
  test(`on the same boot all that was written counts, ${list ? 'with' : 'without'} a list`, async t => {
    const bench = await here(t, BYTES, { list });
    await leave(bench, BYTES.subarray(0, 3 * CHUNK + 5), { durable: 0 });
    assert.equal((await bench.fetch()).resumedAt, 3 * CHUNK + 5);
    assert.deepEqual(bench.server.ranges, [`bytes=${3 * CHUNK + 5}-`]);
    assert.deepEqual(bench.said, ['going on after 12.3 kB']);
    assert.deepEqual(readFileSync(bench.path), BYTES);
  });
}

test('a chunk that arrives damaged is fetched again, and nothing else', async t => {
  const { server, path, said, fetch } = await here(t, BYTES, { list: true });
  server.moods.push(flip(3 * CHUNK + 7));
  await fetch();
  assert.deepEqual(readFileSync(path), BYTES);
  assert.deepEqual(server.ranges, [undefined, `bytes=${3 * CHUNK}-`]);
  assert.deepEqual(said, ['chunk 4 arrived damaged: fetching it again']);
});

test('a chunk that was damaged on the disk is fetched again, and nothing else', async t => {
  const bench = await here(t, BYTES, { list: true });
  const there = Buffer.from(BYTES.subarray(0, 8 * CHUNK));
  there[CHUNK + 1]! ^= 1;
  await leave(bench, there, { durable: 8 * CHUNK });
  await bench.fetch();
  assert.deepEqual(readFileSync(bench.path), BYTES);
  assert.deepEqual(bench.server.ranges, [`bytes=${8 * CHUNK}-`, `bytes=${CHUNK}-${2 * CHUNK - 1}`]);
  assert.ok(bench.said.includes('chunk 2 is damaged: fetching it again'));
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

test('a file that changed at the server is begun anew', async t => {
  const bench = await here(t, BYTES);
  await leave(bench, BYTES.subarray(0, 20_000), { durable: 20_000 });
  const after = randomBytes(BYTES.length);
  put(bench.server, after);
  assert.equal((await bench.fetch()).digest, digestOf(after));
  assert.deepEqual(readFileSync(bench.path), after);
  assert.deepEqual(bench.said.slice(1), ['the file has changed at the server: beginning anew']);
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
