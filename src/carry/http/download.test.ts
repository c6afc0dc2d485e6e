import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import test from 'node:test';
import { type ByteStream, readStream } from '../../core/bytes/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import { fail } from '../../core/store/testing/index.ts';
import { type Download, download, httpClient } from './index.ts';
import { startServer, type TestServer, testWaiting } from './testing/index.ts';

const BYTES = randomBytes(1_000_000);

function rangeOf(request: IncomingMessage): number {
  return Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
}

function partial(response: ServerResponse, from: number, to = BYTES.length): void {
  const length = { 'content-length': String(BYTES.length - from) };
  const range = { 'content-range': `bytes ${from}-${BYTES.length - 1}/${BYTES.length}` };
  response.writeHead(from === 0 ? 200 : 206, from === 0 ? length : { ...length, ...range });
  response.write(BYTES.subarray(from, to), () => {
    if (to < BYTES.length) response.destroy();
    else response.end();
  });
}

function fetched(server: TestServer, more: Partial<Download> = {}): ByteStream {
  return download(httpClient({ waiting: testWaiting() }), {
    url: new URL(`${server.origin}/blob`),
    what: 'the blob',
    waiting: testWaiting(),
    refuse: async response => new SampanError('not-found', `status ${response.status}`),
    ...more,
  });
}

const all = async (stream: ByteStream): Promise<Buffer> => await readStream(stream, 'download', 1 << 24);

test('a download goes on with the byte where the connection broke', async t => {
  const server = await startServer(t, (request, response) => {
    const from = rangeOf(request);
    partial(response, from, Math.min(BYTES.length, from + 300_000));
  });
  assert.deepEqual(await all(fetched(server, { size: BYTES.length })), BYTES);
  assert.equal(server.seen.length, 4);
  assert.equal(server.seen[0]?.headers.range, undefined);
});

test('it can begin in the middle, also with a server that knows no ranges', async t => {
  const whole = await startServer(t, (_, response) => partial(response, 0));
  const ranges = await startServer(t, (request, response) => partial(response, rangeOf(request)));
  for (const server of [whole, ranges]) {
    assert.deepEqual(
      await all(fetched(server, { from: 999_000, size: BYTES.length })),
      BYTES.subarray(999_000),
    );
  }
});

test('a length that is not the promised one is an error before anything is read, and a longer body is one as well', async t => {
  const server = await startServer(t, (request, response) => {
    if (request.url === '/blob') response.writeHead(200, { 'content-length': '999999' }).end(BYTES);
  });
  await assert.rejects(all(fetched(server, { size: BYTES.length })), fail('integrity', '999999', '1000000'));
  const chunked = await startServer(t, (_, response) => {
    response.writeHead(200);
    response.write(BYTES);
    response.end('more');
  });
  await assert.rejects(all(fetched(chunked, { size: BYTES.length })), fail('integrity', 'wanted 1000000'));
});

test('a body that ends early without saying so is gone on with, and given up where nothing more comes', async t => {
  const server = await startServer(t, (request, response) => {
    const from = rangeOf(request);
    const headers =
      from === 0 ? {} : { 'content-range': `bytes ${from}-${BYTES.length - 1}/${BYTES.length}` };
    response.writeHead(from === 0 ? 200 : 206, headers);
    response.end(BYTES.subarray(from, Math.min(from + 50_000, 500_000)));
  });
  await assert.rejects(
    all(fetched(server, { size: BYTES.length })),
    fail('unavailable', '500000 of 1000000'),
  );
  assert.equal(server.seen.length, 10 + 5);
});

test('another range than was asked for, one beyond the end, and content that changed are errors', async t => {
  const other = await startServer(t, (_, response) => partial(response, 600_000));
  await assert.rejects(all(fetched(other, { from: 500_000 })), fail('invalid', '500000'));
  const beyond = await startServer(t, (_, response) => response.writeHead(416).end());
  await assert.rejects(all(fetched(beyond, { from: 2_000_000 })), fail('integrity', '2000000'));
  const changing = await startServer(t, (request, response) => {
    response.setHeader('etag', `"${changing.seen.length}"`);
    partial(response, rangeOf(request), Math.min(BYTES.length, rangeOf(request) + 400_000));
  });
  await assert.rejects(all(fetched(changing)), fail('integrity', 'changed'));
});

test('an answer that is none is what the caller makes of it', async t => {
  const server = await startServer(t, (_, response) => response.writeHead(404).end());
  await assert.rejects(all(fetched(server)), fail('not-found', '404'));
});

test('nothing is asked for where all of it is there', async t => {
  const server = await startServer(t, (_, response) => partial(response, 0));
  assert.equal((await all(fetched(server, { from: 1_000_000, size: 1_000_000 }))).length, 0);
  assert.equal(server.seen.length, 0);
});
