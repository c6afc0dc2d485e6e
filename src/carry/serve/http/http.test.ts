import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sameBytes, testDirectory } from '../testing/index.ts';
import { bufferPool } from './buffers.ts';
import { watchPace } from './pace.ts';
import { parseContentRange, parseRange } from './range.ts';
import { openForSending, sendFile } from './send.ts';

test('a range is cut to what there is, and refused where nothing is', () => {
  deepEqual(parseRange('bytes=2-4', 10), { from: 2, to: 4 });
  deepEqual(parseRange('bytes=8-99', 10), { from: 8, to: 9 });
  deepEqual(parseRange('bytes=-3', 10), { from: 7, to: 9 });
  deepEqual(parseRange('bytes=0-', 1), { from: 0, to: 0 });
  for (const text of ['bytes=10-', 'bytes=4-2', 'bytes=-0']) equal(parseRange(text, 10), 'unsatisfiable');
  for (const text of ['bytes=0-', 'bytes=-1', 'bytes=0-0']) equal(parseRange(text, 0), 'unsatisfiable');
  for (const text of [
    undefined,
    '',
    'bytes=',
    'bytes=-',
    'bytes=1-2,3-4',
    'x=1-2',
    'bytes=1e3-',
    `bytes=${'9'.repeat(30)}-`,
  ]) {
    equal(parseRange(text, 10), undefined);
  }
});

test('the bounds of a chunk are read in both spellings that clients use', () => {
  for (const text of ['5-9', 'bytes 5-9/*', 'bytes=5-9', ' 5-9 ', '5-9/20']) {
    deepEqual(parseContentRange(text), { from: 5, to: 9 }, text);
  }
  equal(parseContentRange(undefined), undefined);
  for (const text of ['', '9-5', 'x', '5-', '-5', '5-9-', `0-${'9'.repeat(40)}`])
    equal(parseContentRange(text), 'invalid', text);
});

test('buffers are made up to their number, and used again', () => {
  const pool = bufferPool(2, 8);
  const [one, two] = [pool.take(), pool.take()];
  equal(pool.take(), undefined);
  for (const buffer of [one, two]) if (buffer !== undefined) pool.give(buffer);
  deepEqual([pool.take(), pool.take(), pool.take()], [two, one, undefined]);
});

test('a transfer that is too slow is ended once, one that is fast enough is not', t => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const ended: string[] = [];
  const limits = { minRate: 1000, windowMs: 20 };
  const slow = watchPace(limits, () => ended.push('slow'));
  const fast = watchPace(limits, () => ended.push('fast'));
  for (let window = 0; window < 3; window += 1) {
    slow.passed(19);
    fast.passed(20);
    t.mock.timers.tick(limits.windowMs);
  }
  deepEqual(ended, ['slow']);
  fast.end();
  t.mock.timers.tick(limits.windowMs);
  deepEqual(ended, ['slow']);
});

/** Sends a file to whoever asks, from a pool of two small buffers. */
async function sender(t: TestContext, bytes: Buffer): Promise<number> {
  const path = join(testDirectory(t), 'file');
  writeFileSync(path, bytes);
  const buffers = bufferPool(2, 16_384);
  const sending = { buffers, pace: { minRate: 1, windowMs: 60_000 }, sent: () => {} };
  const server = createServer(async (_, response) => {
    await using file = await openForSending(path);
    await sendFile(response, { file, range: { from: 0, to: bytes.length - 1 } }, sending).catch(() => {});
  });
  await new Promise<void>(go => server.listen(0, '127.0.0.1', go));
  t.after(() => void server.close().closeAllConnections());
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test('clients that stop reading do not keep others from being served', async t => {
  const bytes = randomBytes(24 << 20);
  const port = await sender(t, bytes);
  // Each takes a buffer as soon as the buffers of its connection are full, and gives none back.
  const stuck = Array.from({ length: 2 }, () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    return socket.pause();
  });
  await sleep(200);
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  sameBytes(new Uint8Array(await answer.arrayBuffer()), bytes);
  for (const socket of stuck) socket.destroy();
});

test('clients that go away in the middle give their buffers back', async t => {
  const bytes = randomBytes(4 << 20);
  const port = await sender(t, bytes);
  for (let i = 0; i < 10; i++) {
    const leaving = new AbortController();
    const answer = await fetch(`http://127.0.0.1:${port}/`, { signal: leaving.signal });
    ok(answer.ok);
    leaving.abort();
    await rejects(answer.arrayBuffer());
  }
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  sameBytes(new Uint8Array(await answer.arrayBuffer()), bytes);
});
