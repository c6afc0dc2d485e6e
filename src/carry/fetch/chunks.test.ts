import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { digestOf } from '../../core/bytes/index.ts';
import { isSampanError } from '../../core/errors/index.ts';
import { type ChunkList, countChunks, formatChunkList, parseChunkList } from './chunks.ts';

function listOf(bytes: Buffer, step: number, chunkBytes = 4096): ChunkList {
  const counter = countChunks(chunkBytes);
  for (let at = 0; at < bytes.length; at += step) counter.add(bytes.subarray(at, at + step));
  return counter.end();
}

test('a list is the same however the bytes come, and is read as it was written', () => {
  for (const size of [0, 1, 4095, 4096, 4097, 40_960, 50_001]) {
    const bytes = randomBytes(size);
    const whole = listOf(bytes, size + 1);
    assert.equal(whole.chunks.length, Math.ceil(size / 4096));
    assert.equal(whole.digest, digestOf(bytes));
    assert.deepEqual(
      whole.chunks,
      Array.from({ length: whole.chunks.length }, (_, i) =>
        digestOf(bytes.subarray(i * 4096, (i + 1) * 4096)),
      ),
    );
    for (const step of [1, 1000, 4096, 9999]) {
      if (size / step < 5000) assert.deepEqual(listOf(bytes, step), whole);
    }
    assert.deepEqual(parseChunkList(formatChunkList(whole), 'list'), whole);
  }
});

test('a list that promises what cannot be is refused', () => {
  const good = JSON.parse(formatChunkList(listOf(randomBytes(9000), 9000)));
  const wrong: readonly object[] = [
    { size: -1 },
    { size: 1e300 },
    { size: 9000.5 },
    { size: 2 ** 52 },
    { chunkBytes: 0 },
    { chunkBytes: 1 },
    { chunkBytes: 2 ** 40 },
    { digest: 'sha256:x' },
    { chunks: 'x' },
    { chunks: [] },
    { chunks: [...good.chunks, good.chunks[0]] },
    { chunks: [null, 1, {}] },
    { schema: 'other' },
  ];
  for (const change of wrong) {
    const text = JSON.stringify({ ...good, ...change });
    assert.throws(
      () => parseChunkList(text, 'list'),
      (error: unknown) => isSampanError(error, 'invalid'),
      text,
    );
  }
  for (const text of ['', '[]', 'null', '{', '{"schema":']) {
    assert.throws(
      () => parseChunkList(text, 'list'),
      (error: unknown) => isSampanError(error, 'invalid'),
    );
  }
});

test('a newer version and a list without end are told apart from rubbish', () => {
  const newer = JSON.stringify({ schema: 'sampan.chunks/2' });
  assert.throws(
    () => parseChunkList(newer, 'list'),
    (error: unknown) => isSampanError(error, 'unsupported'),
  );
  const long = ' '.repeat((16 << 20) + 1);
  assert.throws(
    () => parseChunkList(long, 'list'),
    (error: unknown) => isSampanError(error, 'limit'),
  );
});
