import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { digestOf, inflate, readStream } from '../../core/bytes/index.ts';
import { type Descriptor, MEDIA, parseIndex, parseManifest } from '../../core/oci/index.ts';
import {
  type BlobStore,
  blobDirectory,
  memoryStore,
  openSource,
  openTarget,
} from '../../core/store/index.ts';
import { fail, putImage, scratch, streamOf, tarOf, testContext } from '../../core/store/testing/index.ts';
import { openRegistries, type PushSettings } from './index.ts';
import { type FakeRegistry, fakeRegistry, type Intercept, putFakeImage, testTools } from './testing/index.ts';

const LARGE = tarOf([{ path: 'x', content: randomBytes(2_500_000) }]);
const SMALL = tarOf([{ path: 'y', content: 'small' }]);

async function pushed(
  registry: FakeRegistry,
  root: Descriptor,
  options: { readonly store: BlobStore; readonly push?: PushSettings; name?: string },
): Promise<Descriptor> {
  const registries = openRegistries(testTools({}, { partBytes: 1 << 20 }), options.push);
  const target = registries.target(`${registry.host}/${options.name ?? 'team/app:1'}`);
  return (await target.write(options.store, root)).root;
}

test('an image whose layers are compressed keeps every byte and its digest', async t => {
  const registry = await fakeRegistry(t);
  const store = memoryStore();
  const root = await putImage(store, { layers: [LARGE, SMALL], compression: 'gzip' });
  assert.equal((await pushed(registry, root, { store })).digest, root.digest);
  assert.equal(digestOf(registry.manifests.get('team/app:1')?.bytes ?? ''), root.digest);
  const { layers, config } = parseManifest(registry.manifests.get('team/app:1')?.bytes ?? Buffer.alloc(0));
  for (const each of [...layers, config])
    assert.equal(registry.blobs.get(`team/app@${each.digest}`)?.length, each.size);
  const before = registry.seen.length;
  await pushed(registry, root, { store });
  const again = registry.seen.slice(before).map(({ method }) => method);
  assert.deepEqual([...new Set(again)].sort(), ['HEAD', 'PUT'], 'only questions, and the tag');
});

test('plain layers are compressed on the way, once; the configuration is untouched', async t => {
  const registry = await fakeRegistry(t);
  const store = memoryStore();
  const root = await putImage(store, { layers: [SMALL, LARGE] });
  const push = { memoryDirectory: join(scratch(t), 'pushes') };
  for (const kind of ['gzip', 'zstd'] as const) {
    const settings = { store, push: { ...push, compression: kind } };
    const got = await pushed(registry, root, settings);
    const { layers, config } = parseManifest(registry.manifests.get('team/app:1')?.bytes ?? Buffer.alloc(0));
    assert.deepEqual(
      layers.map(each => each.mediaType),
      [0, 1].map(() => (kind === 'gzip' ? MEDIA.layerGzip : MEDIA.layerZstd)),
    );
    const bytes = registry.blobs.get(`team/app@${layers[1]?.digest}`) ?? Buffer.alloc(0);
    assert.deepEqual(await readStream(inflate(streamOf(bytes)), 'layer', 1 << 26), LARGE);
    assert.equal(config.digest, parseManifest(await readStream(store.open(root), '', 1e6)).config.digest);
    const before = registry.seen.length;
    assert.equal((await pushed(registry, root, settings)).digest, got.digest);
    assert.ok(registry.seen.slice(before).every(({ method }) => method === 'HEAD' || method === 'PUT'));
  }
  assert.equal((await pushed(registry, root, { store, push: { compression: 'none' } })).digest, root.digest);
});

test('an index is pushed after its images, and written anew where they changed', async t => {
  const registry = await fakeRegistry(t);
  const store = memoryStore();
  const manifests = [];
  for (const architecture of ['amd64', 'arm64']) {
    manifests.push(await putImage(store, { layers: [SMALL], platform: { os: 'linux', architecture } }));
  }
  const text = JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.index, manifests });
  const root = await store.put(streamOf(text), { mediaType: MEDIA.index });
  const same = await pushed(registry, root, { store, push: { compression: 'none' } });
  assert.equal(same.digest, root.digest);
  const changed = await pushed(registry, root, { store });
  const index = parseIndex(registry.manifests.get('team/app:1')?.bytes ?? Buffer.alloc(0));
  assert.equal(changed.digest, digestOf(registry.manifests.get('team/app:1')?.bytes ?? ''));
  assert.deepEqual(
    index.manifests.map(each => each.platform?.architecture),
    ['amd64', 'arm64'],
  );
  for (const each of index.manifests) assert.ok(registry.manifests.has(`team/app@${each.digest}`));
});

test('what another repository of the same registry has is mounted', async t => {
  const registry = await fakeRegistry(t);
  const { layer } = putFakeImage(registry, 'team/base:1', 100_000);
  const registries = openRegistries(testTools(), { compression: 'none' });
  const context = await testContext(t, { registries });
  await using image = await openSource(`docker://${registry.host}/team/base:1`, context);
  await openTarget(`docker://${registry.host}/other:2`, context).write(image.source, image.root);
  assert.ok(registry.blobs.has(`other@${layer.digest}`));
  assert.ok(registry.manifests.has('other:2'));
  assert.ok(registry.seen.every(({ method }) => method !== 'PATCH'));
});

const isPart = (method: string | undefined): boolean => method === 'PATCH';

/** What may go wrong with the second part of a large blob, once. */
const BREAKS: readonly [string, Intercept][] = [
  [
    'the connection breaks after some bytes',
    ({ request, registry, url }) => {
      const id = url.pathname.split('/').at(-1) ?? '';
      request.once('data', (chunk: Buffer) => {
        registry.uploads.set(id, Buffer.concat([registry.uploads.get(id) ?? Buffer.alloc(0), chunk]));
        request.destroy();
      });
      return true;
    },
  ],
  ['the registry fails', ({ response }) => Boolean(response.writeHead(500).end())],
  ['the registry is at another byte', ({ response }) => Boolean(response.writeHead(416).end())],
  [
    'the registry forgot the upload',
    ({ response, registry }) => {
      registry.uploads.clear();
      return Boolean(response.writeHead(404).end());
    },
  ],
  [
    'the registry lost a part',
    ({ response, registry, url }) => {
      registry.uploads.set(url.pathname.split('/').at(-1) ?? '', Buffer.alloc(1000, 0));
      registry.uploads.set(url.pathname.split('/').at(-1) ?? '', Buffer.from(LARGE.subarray(0, 1000)));
      return Boolean(response.writeHead(500).end());
    },
  ],
];

/** What is pushed as a stream, and what is read from the disk part by part. */
const STORES: readonly (readonly [string, (t: TestContext) => BlobStore])[] = [
  ['memory', () => memoryStore()],
  ['files', t => blobDirectory(scratch(t))],
];

for (const [[what, fault], [where, open]] of BREAKS.flatMap(each =>
  STORES.map(store => [each, store] as const),
)) {
  test(`a push from ${where} goes on when ${what}`, async t => {
    let parts = 0;
    const registry = await fakeRegistry(t, call => {
      if (!isPart(call.request.method)) return false;
      parts += 1;
      return parts === 2 ? fault(call) : false;
    });
    const store = open(t);
    const root = await putImage(store, { layers: [LARGE] });
    await pushed(registry, root, { store, push: { compression: 'none' } });
    assert.deepEqual(registry.blobs.get(`team/app@${digestOf(LARGE)}`), LARGE);
    assert.ok(parts <= 6, `${parts} parts`);
  });
}

for (const [where, open] of STORES) {
  test(`an upload from ${where} that was interrupted is gone on with by the next run, from where the registry has it`, async t => {
    let isAway = false;
    let parts = 0;
    const registry = await fakeRegistry(t, ({ request, response }) => {
      if (isPart(request.method)) parts += 1;
      isAway ||= parts === 2;
      if (isAway) response.destroy();
      return isAway;
    });
    const store = open(t);
    const root = await putImage(store, { layers: [LARGE] });
    const directory = scratch(t);
    const push = { compression: 'none', memoryDirectory: directory } as const;
    await assert.rejects(pushed(registry, root, { store, push }), fail('unavailable', digestOf(LARGE)));
    assert.equal(registry.manifests.size, 0);
    assert.equal(readdirSync(directory).length, 1);
    [isAway, parts] = [false, -100];
    const before = registry.seen.length;
    await pushed(registry, root, { store, push });
    const again = registry.seen.slice(before);
    assert.ok(
      again.some(({ method, path }) => method === 'GET' && path.includes('/uploads/')),
      'asks how far it is',
    );
    assert.equal(again.filter(({ method }) => isPart(method)).length, 1, 'the first part is not sent again');
    assert.deepEqual(registry.blobs.get(`team/app@${digestOf(LARGE)}`), LARGE);
    assert.deepEqual(readdirSync(directory), []);
  });
}

test('a registry that takes no parts gets one stream', async t => {
  const registry = await fakeRegistry(t, ({ request, response }) => {
    if (!isPart(request.method) || request.headers['content-range'] === undefined) return false;
    response.writeHead(416 - 3).end();
    return true;
  });
  const store = memoryStore();
  const root = await putImage(store, { layers: [LARGE] });
  await pushed(registry, root, { store });
  const [layer] = parseManifest(registry.manifests.get('team/app:1')?.bytes ?? Buffer.alloc(0)).layers;
  const bytes = registry.blobs.get(`team/app@${layer?.digest}`) ?? Buffer.alloc(0);
  assert.deepEqual(await readStream(inflate(streamOf(bytes)), 'layer', 1 << 26), LARGE);
});

test('the tag stays what it was when a blob cannot be pushed, and a wrong answer to a manifest is told', async t => {
  let isFull = true;
  const registry = await fakeRegistry(t, ({ request, response, url }) => {
    if (isFull && request.method === 'PUT' && url.pathname.includes('/uploads/')) {
      return Boolean(response.writeHead(403).end());
    }
    if (request.method !== 'PUT' || !url.pathname.includes('/manifests/')) return false;
    return Boolean(response.writeHead(201, { 'docker-content-digest': digestOf('other') }).end());
  });
  const before = putFakeImage(registry, 'team/app:1');
  const store = memoryStore();
  const root = await putImage(store, { layers: [SMALL] });
  await assert.rejects(pushed(registry, root, { store }), fail('denied', 'pushing'));
  assert.equal(digestOf(registry.manifests.get('team/app:1')?.bytes ?? ''), before.root.digest);
  isFull = false;
  await assert.rejects(pushed(registry, root, { store }), fail('integrity', digestOf('other')));
});

test('a digest cannot be the name of a target', () => {
  const { target } = openRegistries(testTools());
  assert.throws(() => target(`registry.test/app@${digestOf('x')}`), fail('usage', 'digest'));
});

test('a file that is no longer what its name says is refused, and the tag stays', async t => {
  const registry = await fakeRegistry(t);
  const directory = scratch(t);
  const store = blobDirectory(directory);
  const root = await putImage(store, { layers: [LARGE], compression: 'gzip' });
  const [layer] = parseManifest(await readStream(store.open(root), '', 1e6)).layers;
  const path = join(directory, 'blobs', 'sha256', layer?.digest.slice(7) ?? '');
  const bytes = readFileSync(path);
  bytes[1_500_000] = (bytes[1_500_000] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  await assert.rejects(pushed(registry, root, { store }), fail('invalid', layer?.digest ?? ''));
  assert.deepEqual([...registry.manifests.keys()], []);
});
