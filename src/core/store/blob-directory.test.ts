import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { digestOf, hexOf, readStream } from '../bytes/index.ts';
import { MEDIA } from '../oci/index.ts';
import { blobDirectory } from './blob-directory.ts';
import { checkBlobStore } from './conformance.ts';
import { memoryStore } from './memory.ts';
import { fail, scratch, streamOf } from './testing/index.ts';

checkBlobStore('memory', async () => ({ store: memoryStore(), leftovers: () => 0 }));

checkBlobStore('directory', async t => {
  const at = scratch(t);
  const leftovers = (): number =>
    readdirSync(at, { recursive: true }).filter(name => String(name).endsWith('.part')).length;
  return { store: blobDirectory(at), leftovers };
});

test('a blob whose file was changed or cut is never passed as whole', async t => {
  const at = scratch(t);
  const store = blobDirectory(at);
  const blob = await store.put(streamOf('precious'), { mediaType: MEDIA.layer });
  const path = join(at, 'blobs', 'sha256', hexOf(blob.digest));
  const read = async (): Promise<Buffer> => await readStream(store.open(blob), 'blob', 99);
  writeFileSync(path, 'PRECIOUS');
  await assert.rejects(read(), fail('integrity', path));
  truncateSync(path, 3);
  await assert.rejects(read(), fail('integrity', path));
  // A blob of the wrong size is put again, not taken for the right one.
  await store.put(streamOf('precious'), blob);
  assert.equal((await read()).toString(), 'precious');
});

test('files of a killed put are removed by the next one', async t => {
  const at = scratch(t);
  const store = blobDirectory(at);
  await store.put(streamOf('a'), { mediaType: MEDIA.layer });
  const stale = join(at, 'blobs', 'sha256', '.4000000-77.0123456789ab.part');
  writeFileSync(stale, 'half');
  await store.put(streamOf('b'), { mediaType: MEDIA.layer });
  assert.equal(readdirSync(join(at, 'blobs', 'sha256')).length, 2);
});

test('a full disk leaves what was stored, and nothing else', async t => {
  if (process.getuid?.() !== 0) return t.skip('only root can mount a small file system');
  const at = scratch(t);
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'none', at]);
  if (mount.status !== 0) return t.skip(`a small file system cannot be mounted: ${mount.stderr}`);
  try {
    const store = blobDirectory(at);
    const small = await store.put(streamOf('small'), { mediaType: MEDIA.layer });
    const large = store.put(streamOf(Buffer.alloc(1 << 20)), { mediaType: MEDIA.layer });
    await assert.rejects(large, fail('no-space'));
    assert.deepEqual(readdirSync(join(at, 'blobs', 'sha256')), [hexOf(small.digest)]);
  } finally {
    execFileSync('umount', [at]);
  }
});

test('a file becomes a blob without being written again; one of another size does not', async t => {
  const root = scratch(t);
  const store = blobDirectory(join(root, 'layout'));
  const path = join(root, 'file');
  const descriptor = { mediaType: 'x', digest: digestOf('content'), size: 7 };
  writeFileSync(path, 'content, and more');
  await assert.rejects(store.adopt(path, descriptor), fail('integrity', '17 bytes, wanted 7'));
  assert.equal(await store.has(descriptor.digest), false);
  writeFileSync(path, 'content');
  const { ino } = statSync(path);
  await store.adopt(path, descriptor);
  assert.equal((await readStream(store.open(descriptor), 'blob', 99)).toString(), 'content');
  assert.equal(statSync(join(root, 'layout', 'blobs', 'sha256', descriptor.digest.slice(7))).ino, ino);
  assert.equal(existsSync(path), false);
});
