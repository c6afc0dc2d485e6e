import assert from 'node:assert/strict';
import { readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { digestOf, readStream } from '../bytes/index.ts';
import { MEDIA } from '../oci/index.ts';
import { openArchive } from './archive-files.ts';
import { checkBlobSource } from './conformance.ts';
import { graphOf } from './copy.ts';
import { archivedBlobs, archivedImages } from './docker-archive.ts';
import { memoryStore } from './memory.ts';
import { ociArchiveBlobs } from './oci-archive.ts';
import { openSource } from './open.ts';
import type { OpenImage } from './opened.ts';
import { openTarget } from './target.ts';
import { fail, putImage, type TestEntry, tarOf, testContext } from './testing/index.ts';

const A = tarOf([{ path: 'a', content: 'A' }]);
const B = tarOf([{ path: 'b', content: 'B'.repeat(2000) }]);
const CONFIG = JSON.stringify({
  os: 'linux',
  architecture: 'amd64',
  rootfs: { type: 'layers', diff_ids: [digestOf(A), digestOf(B)] },
});

function manifestJson(...images: readonly object[]): TestEntry {
  return { path: 'manifest.json', content: JSON.stringify(images) };
}

const OLD: readonly TestEntry[] = [
  { path: 'aaa/', type: 'directory' },
  { path: 'aaa/layer.tar', content: A },
  { path: 'bbb/layer.tar', content: B },
  { path: 'ccc/layer.tar', type: 'symlink', linkPath: '../bbb/layer.tar' },
  { path: 'c.json', content: CONFIG },
  manifestJson({ Config: 'c.json', RepoTags: ['app:1'], Layers: ['aaa/layer.tar', 'ccc/layer.tar'] }),
];

async function opened(t: TestContext, bytes: Uint8Array, name = 'x.tar', reference = ''): Promise<OpenImage> {
  const context = await testContext(t);
  const path = join(context.at, name);
  writeFileSync(path, bytes);
  const image = await openSource(`${path}${reference}`, context);
  t.after(async () => await image[Symbol.asyncDispose]());
  return image;
}

async function contents(image: OpenImage): Promise<readonly string[]> {
  const layers = await image.localLayers();
  for (const layer of layers) await layer.verify();
  return layers.flatMap(layer => layer.entries.map(entry => `${entry.path} ${layer.content(entry).size}`));
}

test('an old Docker archive is read where it is, duplicates through their links', async t => {
  const image = await opened(t, tarOf(OLD));
  assert.deepEqual(await contents(image), ['a 1', 'b 2000']);
  assert.equal(image.reference, 'app:1');
  assert.equal(digestOf(await image.image.rawConfig()), digestOf(CONFIG));
});

test('archives with ./ before their names, or hard links, are read too', async t => {
  const entries = OLD.map(entry => ({ ...entry, path: `./${entry.path}` })).map(entry =>
    entry.type === 'symlink' ? { ...entry, type: 'hardlink' as const, linkPath: './bbb/layer.tar' } : entry,
  );
  assert.deepEqual(await contents(await opened(t, tarOf(entries))), ['a 1', 'b 2000']);
});

for (const [name, pack] of [
  ['gzip', gzipSync],
  ['zstd', zstdCompressSync],
] as const) {
  test(`an archive compressed with ${name} is inflated into the work directory, and removed again`, async t => {
    const context = await testContext(t);
    const path = join(context.at, 'x.tar.gz');
    writeFileSync(path, pack(tarOf(OLD)));
    const image = await openSource(path, context);
    assert.deepEqual(await contents(image), ['a 1', 'b 2000']);
    await image[Symbol.asyncDispose]();
    assert.deepEqual(readdirSync(context.workDirectory), []);
  });

  test(`layers compressed with ${name} in a Docker archive are found by their bytes`, async t => {
    const layers: TestEntry[] = [
      { path: 'a.tar.gz', content: pack(A) },
      { path: 'b.tar.gz', content: pack(B) },
    ];
    const listed = manifestJson({ Config: 'c.json', RepoTags: null, Layers: ['a.tar.gz', 'b.tar.gz'] });
    const image = await opened(t, tarOf([...layers, { path: 'c.json', content: CONFIG }, listed]));
    assert.deepEqual(await contents(image), ['a 1', 'b 2000']);
    assert.equal(image.reference, undefined);
  });
}

test('one of several images is chosen by its tag or its number; otherwise they are listed', async t => {
  const other = CONFIG.replace('amd64', 'arm64');
  const two = tarOf([
    ...OLD.slice(0, -1),
    { path: 'd.json', content: other },
    manifestJson(
      { Config: 'c.json', RepoTags: ['app:1'], Layers: ['aaa/layer.tar', 'bbb/layer.tar'] },
      {
        Config: 'd.json',
        RepoTags: ['app:2', 'docker.io/team/b:3'],
        Layers: ['aaa/layer.tar', 'bbb/layer.tar'],
      },
    ),
  ]);
  await assert.rejects(opened(t, two), fail('usage', '2 images', 'app:1', 'app:2'));
  await assert.rejects(opened(t, two, 'x.tar', ':no:1'), fail('not-found', 'no:1', 'app:2'));
  for (const reference of [':app:2', ':@1', ':team/b:3']) {
    const image = await opened(t, two, 'x.tar', reference);
    assert.equal((await image.image.config()).architecture, 'arm64');
  }
});

/** Each is OLD with something wrong. */
const HOSTILE: Readonly<
  Record<string, readonly [entries: readonly TestEntry[], check: (error: unknown) => boolean]>
> = {
  'a layer path that leaves the archive': [
    [manifestJson({ Config: 'c.json', RepoTags: [], Layers: ['../../etc/passwd', '/etc/passwd'] })],
    fail('invalid', '../../etc/passwd'),
  ],
  'a configuration path that leaves the archive': [
    [manifestJson({ Config: '/etc/passwd', RepoTags: [], Layers: [] })],
    fail('invalid', '/etc/passwd'),
  ],
  'a link that leaves the archive': [
    [{ path: 'aaa/layer.tar', type: 'symlink', linkPath: '../../../etc/passwd' }],
    fail('invalid', 'leads out'),
  ],
  'an absolute link': [
    [{ path: 'aaa/layer.tar', type: 'symlink', linkPath: '/etc/passwd' }],
    fail('invalid', 'leads out'),
  ],
  'links in a circle': [
    [
      { path: 'aaa/layer.tar', type: 'symlink', linkPath: '../eee/layer.tar' },
      { path: 'eee/layer.tar', type: 'symlink', linkPath: '../aaa/layer.tar' },
    ],
    fail('invalid', 'circle'),
  ],
  'a directory in place of a layer': [
    [{ path: 'aaa/layer.tar', type: 'directory' }],
    fail('invalid', 'directory'),
  ],
  'a layer that is missing': [
    [manifestJson({ Config: 'c.json', RepoTags: [], Layers: ['aaa/layer.tar', 'zzz/layer.tar'] })],
    fail('not-found', 'zzz'),
  ],
  'fewer layers than diff IDs': [
    [manifestJson({ Config: 'c.json', RepoTags: [], Layers: ['aaa/layer.tar'] })],
    fail('invalid', 'diff IDs'),
  ],
  'an unknown compression': [
    [{ path: 'aaa/layer.tar', content: 'BZh91AY&SY' }],
    fail('unsupported', 'bzip2'),
  ],
  'a manifest that is no list': [
    [{ path: 'manifest.json', content: '{}' }],
    fail('invalid', 'manifest.json'),
  ],
  'a manifest that is no JSON': [[{ path: 'manifest.json', content: '[' }], fail('invalid', 'manifest.json')],
  'images without layers': [[manifestJson({ Config: 'c.json' })], fail('invalid', 'Layers')],
  'no image at all': [[manifestJson()], fail('not-found', 'no image')],
  'a manifest above 4 MiB': [[{ path: 'manifest.json', content: ' '.repeat(5 << 20) }], fail('limit')],
  'more images than are read': [[manifestJson(...Array.from({ length: 1001 }, () => ({})))], fail('limit')],
  'more layers than are read': [
    [manifestJson({ Config: 'c.json', RepoTags: [], Layers: Array(1001).fill('aaa/layer.tar') })],
    fail('limit'),
  ],
};

for (const [what, [entries, check]] of Object.entries(HOSTILE)) {
  test(`a Docker archive with ${what} is a clear error`, async t => {
    await assert.rejects(opened(t, tarOf([...OLD, ...entries])), check);
  });
}

test('a layer that is not what its configuration says is found by verifying', async t => {
  const image = await opened(t, tarOf([...OLD, { path: 'aaa/layer.tar', content: tarOf([{ path: 'z' }]) }]));
  const [first] = await image.localLayers();
  await assert.rejects(first!.verify(), fail('integrity', digestOf(A)));
});

test('an archive that is cut is an error at every block, never a wrong image', async t => {
  const context = await testContext(t);
  const path = join(context.at, 'cut.tar');
  const whole = tarOf(OLD);
  for (let size = 0; size < whole.length - 1024; size += 512) {
    writeFileSync(path, whole.subarray(0, size));
    await assert.rejects(openSource(path, context), `${size}`);
  }
});

test('what is no archive, or another one, is told', async t => {
  await assert.rejects(opened(t, tarOf([{ path: 'etc/passwd' }])), fail('unsupported', 'neither'));
  await assert.rejects(opened(t, Buffer.from('hello'.repeat(500))), fail('invalid'));
  await assert.rejects(opened(t, Buffer.from('fd377a585a0000', 'hex')), fail('unsupported', 'xz'));
  const context = await testContext(t);
  await assert.rejects(openSource(`${context.at}/none.tar`, context), fail('not-found', 'none.tar'));
});

test('a truncated compressed archive leaves nothing in the work directory', async t => {
  const context = await testContext(t);
  const path = join(context.at, 'x.tar.gz');
  writeFileSync(path, gzipSync(tarOf(OLD)));
  truncateSync(path, 300);
  await assert.rejects(openSource(path, context), fail('invalid', 'truncated'));
  assert.deepEqual(readdirSync(context.workDirectory), []);
});

for (const kind of ['docker-archive', 'oci-archive', 'oci'] as const) {
  test(`an image that is written as ${kind} is read back, and twice the same bytes`, async t => {
    const context = await testContext(t);
    const memory = memoryStore();
    const root = await putImage(memory, { layers: [A, B, A] });
    const target = openTarget(`${kind}:${context.at}/out`, context);
    await target.write(memory, root, { reference: 'team/app:7' });
    const written = await target.write(memory, root, { reference: 'team/app:7' });
    assert.equal(written.root.digest, root.digest);
    await using image = await openSource(`${kind}:${context.at}/out`, context);
    assert.equal(image.reference, kind === 'docker-archive' ? 'team/app:7' : '7');
    assert.equal(image.image.descriptor.digest, root.digest);
    assert.deepEqual(await contents(image), ['a 1', 'b 2000', 'a 1']);
    assert.deepEqual(readdirSync(context.at).sort(), ['out', 'store']);
  });
}

test('a compressed image becomes a Docker archive with plain layers and the same image ID', async t => {
  const context = await testContext(t);
  const memory = memoryStore();
  const root = await putImage(memory, { layers: [A, B], compression: 'zstd' });
  const target = openTarget(`docker-archive:${context.at}/out.tar`, context);
  const { imageId } = await target.write(memory, root);
  await using image = await openSource(`${context.at}/out.tar`, context);
  assert.equal(digestOf(await image.image.rawConfig()), imageId);
  assert.ok((await image.image.manifest()).layers.every(layer => layer.mediaType === MEDIA.layer));
  assert.deepEqual(await contents(image), ['a 1', 'b 2000']);
  assert.deepEqual(readdirSync(context.workDirectory), []);
});

test('writing that fails or is stopped leaves what was there before', async t => {
  const context = await testContext(t);
  const path = join(context.at, 'out.tar');
  writeFileSync(path, 'before');
  const memory = memoryStore();
  const root = await putImage(memory, { layers: [A, B] });
  await memory.delete(digestOf(B));
  for (const kind of ['docker-archive', 'oci-archive']) {
    await assert.rejects(openTarget(`${kind}:${path}`, context).write(memory, root), fail('not-found'));
    const signal = AbortSignal.abort();
    await assert.rejects(openTarget(`${kind}:${path}`, context).write(memory, root, { signal }));
  }
  assert.deepEqual(readdirSync(context.at).sort(), ['out.tar', 'store']);
});

for (const kind of ['docker', 'oci'] as const) {
  checkBlobSource(`${kind} archive`, async t => {
    const context = await testContext(t);
    const memory = memoryStore();
    const root = await putImage(memory, { layers: [A, B] });
    await openTarget(`${kind}-archive:${context.at}/x`, context).write(memory, root);
    const archive = await openArchive(join(context.at, 'x'));
    const image = kind === 'docker' ? archivedImages(archive)[0] : undefined;
    const source = image ? (await archivedBlobs(archive, image)).source : ociArchiveBlobs(archive);
    const blobs = new Map();
    for (const blob of await graphOf(memory, root)) {
      blobs.set(blob, await readStream(memory.open(blob), 'blob', 1 << 20));
    }
    return { source, blobs };
  });
}
