import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { isSampanError } from '../errors/index.ts';
import { bytesContent, fileContent, joinContent, readContent } from './content.ts';
import { digestOf } from './digest.ts';
import { contentStream, readStream, verified } from './stream.ts';

async function* text(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

test('a verified stream passes what was promised', async () => {
  const promised = { what: 'x', digest: digestOf('hello'), size: 5 };
  assert.equal((await readStream(verified(text('he', 'llo'), promised), 'x', 5)).toString(), 'hello');
});

test('a verified stream throws before its end for wrong, missing and surplus bytes', async () => {
  const promised = { what: 'x', digest: digestOf('hello'), size: 5 };
  for (const parts of [['hellO'], ['hell'], ['hello', '!'], []]) {
    await assert.rejects(readStream(verified(text(...parts), promised), 'x', 99), error =>
      isSampanError(error, 'integrity'),
    );
  }
});

test('surplus bytes are never passed on', async () => {
  let seen = 0;
  await assert.rejects(async () => {
    for await (const chunk of verified(text('1234', '5678'), { what: 'x', size: 5 })) seen += chunk.length;
  });
  assert.equal(seen, 4);
});

test('reading at once stops at the limit', async () => {
  await assert.rejects(readStream(text('1234', '5678'), 'x', 7), error => isSampanError(error, 'limit'));
});

test('a content stream gives the same bytes as reading at once, in chunks that stay valid', async t => {
  const at = mkdtempSync(join(tmpdir(), 'sampan-stream-'));
  t.after(() => rmSync(at, { recursive: true, force: true }));
  const path = join(at, 'f');
  writeFileSync(path, Buffer.alloc(3 << 20, 'abcdefg'));
  const content = joinContent([
    bytesContent('start'),
    fileContent(path, 1000, 1),
    { size: 700_000, pieces: [{ kind: 'zeros', size: 700_000 }] },
    fileContent(path, 2 << 20, 77),
    fileContent(path, 5),
    bytesContent('end'),
  ]);
  const chunks = await Array.fromAsync(contentStream(content));
  assert.deepEqual(Buffer.concat(chunks), readContent(content));
});

test('a file that became shorter is an integrity error, small or large', async t => {
  const at = mkdtempSync(join(tmpdir(), 'sampan-stream-'));
  t.after(() => rmSync(at, { recursive: true, force: true }));
  writeFileSync(join(at, 'f'), 'short');
  for (const size of [6, 1 << 20]) {
    await assert.rejects(Array.fromAsync(contentStream(fileContent(join(at, 'f'), size))), error =>
      isSampanError(error, 'integrity'),
    );
  }
});

test('a content stream can be stopped', async () => {
  const signal = AbortSignal.abort();
  await assert.rejects(Array.fromAsync(contentStream(bytesContent('x'), { signal })), error =>
    isSampanError(error, 'cancelled'),
  );
});
