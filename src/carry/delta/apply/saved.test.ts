import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { digestOf } from '../../../core/bytes/index.ts';
import type { Docker } from '../../../core/docker/index.ts';
import { fail, tarOf, testContext } from '../../../core/store/testing/index.ts';
import { savedSpaces } from './saved.ts';

const A = tarOf([{ path: 'a', content: 'a'.repeat(5000) }]);
const B = tarOf([{ path: 'b', content: 'b'.repeat(100_000) }]);
const NEEDED = [{ diffId: digestOf(A), size: A.length }];

/** An engine that saves whatever is asked as the same bytes, in pieces of `piece`. */
async function engineWith(t: TestContext, archive: Buffer, piece = 10_007): Promise<Docker> {
  const { at } = await testContext(t);
  const socketPath = join(at, 'engine.sock');
  const server = createServer((_, response) => {
    for (let i = 0; i < archive.length; i += piece) response.write(archive.subarray(i, i + piece));
    response.end();
  });
  await new Promise<void>(done => server.listen(socketPath, done));
  t.after(() => void server.close());
  const versions = { apiVersion: '1.41', serverVersion: '20.10.24' };
  return { ...versions, socketPath, kind: 'docker', os: 'linux', architecture: 'amd64' };
}

for (const [name, pack] of [
  ['plain', (layer: Buffer) => layer],
  ['gzip', (layer: Buffer) => gzipSync(layer)],
  ['zstd', (layer: Buffer) => zstdCompressSync(layer)],
] as const) {
  test(`of an image that is saved ${name}, only the needed layer is kept, and nothing in the end`, async t => {
    const archive = tarOf([
      { path: 'blobs/one', content: pack(B) },
      { path: 'blobs/two', content: pack(A) },
      { path: 'x', content: 'x' },
      { path: 'manifest.json', content: '[]' },
    ]);
    const context = await testContext(t);
    const told: string[] = [];
    const saving = { id: 'app', needed: NEEDED, tell: (text: string) => void told.push(text) };
    // Pieces that cut headers and first bytes apart.
    for (const piece of [513, 60_000]) {
      await using saved = await savedSpaces(
        { ...saving, docker: await engineWith(t, archive, piece) },
        context,
      );
      const bytes = Buffer.alloc(A.length);
      saved.spaces.get(digestOf(A))?.read(0, bytes);
      equal(digestOf(bytes), digestOf(A));
      const [work] = readdirSync(context.workDirectory);
      deepEqual(readdirSync(join(context.workDirectory, work ?? '')), [digestOf(A).slice(7)]);
    }
    match(told[0] ?? '', /saves layers of the old image, .* are free/);
    deepEqual(readdirSync(context.workDirectory), []);
  });
}

test('an engine that saves something else, half of it, or bombs is refused, and nothing is left', async t => {
  const context = await testContext(t);
  const other = Buffer.from(A);
  other[600] = 0;
  const archives = [
    [tarOf([{ path: 'one', content: other }]), 'not-found'],
    [tarOf([{ path: 'one', content: gzipSync(Buffer.alloc(50_000_000)) }]), 'not-found'],
    [tarOf([{ path: 'one', content: gzipSync(A).subarray(0, 60) }]), 'not-found'],
    [tarOf([{ path: 'one', content: A }]).subarray(0, 3000), 'invalid'],
    [Buffer.alloc(600, 'no tar'), 'invalid'],
  ] as const;
  for (const [archive, code] of archives) {
    const docker = await engineWith(t, archive);
    await rejects(savedSpaces({ id: 'app', needed: NEEDED, docker }, context), fail(code));
    deepEqual(readdirSync(context.workDirectory), []);
  }
});

test('what does not fit is refused before the engine is asked', async t => {
  const context = await testContext(t);
  const docker = await engineWith(t, Buffer.alloc(0));
  const needed = [{ diffId: digestOf(A), size: 1e15 }];
  await rejects(savedSpaces({ id: 'app', needed, docker }, context), fail('no-space', 'are free'));
  deepEqual(readdirSync(context.workDirectory), []);
});
