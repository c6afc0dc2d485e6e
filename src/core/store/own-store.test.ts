import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { digestOf, hexOf, isDigest, withLock } from '../bytes/index.ts';
import { MEDIA, parsePlatform } from '../oci/index.ts';
import { ORIGINAL_MANIFEST } from './import.ts';
import { changeLayoutIndex } from './layout.ts';
import { memoryStore } from './memory.ts';
import { openSource } from './open.ts';
import { deleteStored, findStored, listStored, openStore, pruneStore } from './own-store.ts';
import { readTable, writeTable } from './table.ts';
import { openTarget } from './target.ts';
import { fail, putImage, scratch, streamOf, tarOf, testContext } from './testing/index.ts';

const A = tarOf([{ path: 'a', content: 'A' }]);
const B = tarOf([{ path: 'b', content: 'B' }]);

test('a compressed image is kept plain, names its original, and keeps its image ID', async t => {
  const context = await testContext(t);
  const memory = memoryStore();
  const root = await putImage(memory, { layers: [A, B], compression: 'gzip' });
  const written = await openTarget('app', context).write(memory, root);
  assert.equal(written.name, 'store:app:latest');
  await using image = await openSource('app', context);
  const manifest = await image.image.manifest();
  assert.deepEqual(
    manifest.layers.map(layer => layer.digest),
    [digestOf(A), digestOf(B)],
  );
  assert.equal(manifest.annotations?.[ORIGINAL_MANIFEST], root.digest);
  assert.equal(written.imageId, manifest.config.digest);
  for (const layer of await image.localLayers()) await layer.verify();
});

test('a plain image keeps its digest', async t => {
  const context = await testContext(t);
  const memory = memoryStore();
  const root = await putImage(memory, { layers: [A] });
  assert.equal((await openTarget('store:x:1', context).write(memory, root)).root.digest, root.digest);
});

test('an index is kept with all its platforms, and one is chosen when it is opened', async t => {
  const context = await testContext(t);
  const memory = memoryStore();
  const amd = await putImage(memory, { layers: [A], platform: parsePlatform('amd64'), compression: 'zstd' });
  const arm = await putImage(memory, { layers: [B], platform: parsePlatform('arm64') });
  const about = { ...arm, platform: { os: 'unknown', architecture: 'unknown' }, digest: digestOf('x') };
  const text = JSON.stringify({ schemaVersion: 2, manifests: [amd, arm, about] });
  const root = await memory.put(streamOf(text), { mediaType: MEDIA.index });
  await openTarget('multi', context).write(memory, root);
  for (const architecture of ['amd64', 'arm64']) {
    await using image = await openSource('multi', { ...context, platform: parsePlatform(architecture) });
    assert.equal((await image.image.config()).architecture, architecture);
  }
  const other = { ...context, platform: parsePlatform('s390x') };
  await assert.rejects(openSource('multi', other), fail('not-found', 'linux/amd64', 'linux/arm64'));
});

test('names are listed, found in every spelling, moved, and deleted with what only they reached', async t => {
  const context = await testContext(t);
  const { store } = context;
  const memory = memoryStore();
  const both = await putImage(memory, { layers: [A, B] });
  const one = await putImage(memory, { layers: [A] });
  await openTarget('two:1', context).write(memory, both);
  await openTarget('one', context).write(memory, one);
  assert.deepEqual(
    (await listStored(store)).map(each => each.name),
    ['one:latest', 'two:1'],
  );
  assert.equal((await findStored(store, 'docker.io/library/one:latest'))?.digest, one.digest);
  assert.equal(await findStored(store, 'two'), undefined);
  await openTarget('two:1', context).write(memory, both);
  assert.equal((await listStored(store)).length, 2);
  assert.equal(await deleteStored(store, 'two:1'), true);
  assert.equal(await deleteStored(store, 'two:1'), false);
  assert.deepEqual([await store.blobs.has(digestOf(A)), await store.blobs.has(digestOf(B))], [true, false]);
  await using image = await openSource('one', context);
  for (const layer of await image.localLayers()) await layer.verify();
});

test('pruning removes what nothing reaches when it is old, and not what may be on its way', async t => {
  const { store } = await testContext(t);
  const fresh = await store.blobs.put(streamOf('fresh'), { mediaType: MEDIA.layer });
  const old = await store.blobs.put(streamOf('old one'), { mediaType: MEDIA.layer });
  utimesSync(join(store.directory, 'blobs', 'sha256', hexOf(old.digest)), 1, 1);
  assert.equal(await pruneStore(store), 7);
  assert.deepEqual(await Array.fromAsync(store.blobs.list()), [fresh.digest]);
});

test('opening the store removes what killed processes left', async t => {
  const at = scratch(t);
  const { directory } = await openStore(at);
  const left = ['', 'tables', 'blobs/sha256'].map(each =>
    join(directory, each, '.4000000-7.0123456789ab.part'),
  );
  for (const path of left) writeFileSync(path, 'half');
  await openStore(at);
  assert.ok(left.every(path => !existsSync(path)));
});

test('a broken index of the store is an error that names it, and nothing is overwritten', async t => {
  const context = await testContext(t);
  const memory = memoryStore();
  const path = join(context.store.directory, 'index.json');
  writeFileSync(path, '{"manifests": 5}');
  const root = await putImage(memory, { layers: [A] });
  await assert.rejects(openTarget('x', context).write(memory, root), fail('invalid', 'index.json'));
  assert.equal(readFileSync(path, 'utf8'), '{"manifests": 5}');
});

test('many writers at once lose no name', async t => {
  const context = await testContext(t);
  const memory = memoryStore();
  const root = await putImage(memory, { layers: [A] });
  const names = Array.from({ length: 10 }, (_, i) => `app${i}:latest`);
  await Promise.all(names.map(async name => await openTarget(name, context).write(memory, root)));
  assert.deepEqual(
    (await listStored(context.store)).map(each => each.name),
    names,
  );
  assert.deepEqual(readdirSync(context.store.directory).sort(), [
    'blobs',
    'index.json',
    'oci-layout',
    'tables',
  ]);
});

test('a lock is waited for, names its holder when it takes too long, and is taken over from the dead', async t => {
  const path = join(scratch(t), 'lock');
  await withLock(path, async () => {
    const second = withLock(path, async () => undefined, { timeoutMs: 60 });
    await assert.rejects(second, fail('timeout', String(process.pid)));
  });
  assert.equal(existsSync(path), false);
  writeFileSync(path, '4000000-1\n');
  assert.equal(await withLock(path, async () => 'mine'), 'mine');
  const broken = withLock(path, async () => {
    throw new Error('work failed');
  });
  await assert.rejects(broken, /work failed/);
  assert.equal(await withLock(path, async () => 'free again'), 'free again');
});

test('a change of an index that fails changes nothing', async t => {
  const at = scratch(t);
  await changeLayoutIndex(at, index => index);
  const before = readFileSync(join(at, 'index.json'));
  const change = changeLayoutIndex(at, () => {
    throw new Error('no');
  });
  await assert.rejects(change, /no/);
  assert.deepEqual(readFileSync(join(at, 'index.json')), before);
});

test('a table gives back every member of the entries, and nothing when it was touched', async t => {
  const context = await testContext(t);
  const memory = memoryStore();
  const tar = tarOf([
    { path: 'd/', type: 'directory', mode: 0o755, uid: 3, gid: 4, mtime: 1.5 },
    { path: 'd/caf\udce9', content: 'x', xattrs: new Map([['user.a', Buffer.from([0, 255])]]) },
    { path: 'l', type: 'symlink', linkPath: 'd' },
    { path: 'n', type: 'character', major: 5, minor: 300 },
  ]);
  await openTarget('x', context).write(memory, await putImage(memory, { layers: [tar] }));
  const entries = async () => {
    await using image = await openSource('x', context);
    return (await image.localLayers())[0]!.entries;
  };
  const [first, second] = [await entries(), await entries()];
  assert.deepEqual(second, first);
  const path = join(context.store.tables, hexOf(digestOf(tar)));
  const bytes = readFileSync(path);
  assert.deepEqual(await readTable(context.store.tables, digestOf(tar)), first);
  for (let at = 0; at < bytes.length; at += 1) {
    const touched = Buffer.from(bytes);
    touched[at] = (touched[at] ?? 0) ^ 1;
    writeFileSync(path, touched);
    assert.equal(await readTable(context.store.tables, digestOf(tar)), undefined);
  }
  assert.deepEqual(await entries(), first);
});

test('a table keeps the map of a sparse file', async t => {
  const at = scratch(t);
  const layer = digestOf('layer');
  assert.ok(isDigest(layer));
  const entry = {
    type: 'file',
    path: 's',
    linkPath: '',
    size: 100,
    mode: 0o644,
    uid: 0,
    gid: 0,
    userName: '',
    groupName: '',
    mtime: 0,
    major: 0,
    minor: 0,
    headerOffset: 0,
    contentOffset: 512,
    storedSize: 10,
    sparse: [{ offset: 90, size: 10 }],
  } as const;
  await writeTable(at, layer, { entries: [entry] });
  assert.deepEqual(await readTable(at, layer), [entry]);
});
