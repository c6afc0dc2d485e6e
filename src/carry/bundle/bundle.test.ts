import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '../../core/bytes/index.ts';
import { type Descriptor, MEDIA } from '../../core/oci/index.ts';
import { SILENT } from '../../core/progress/index.ts';
import { type BlobStore, imageFrom, memoryStore, withReferrers } from '../../core/store/index.ts';
import { fail, putImage, streamOf, tarOf, testContext } from '../../core/store/testing/index.ts';
import { shareLayers } from '../inventory/index.ts';
import { type Item, lookAt } from './item.ts';
import { type BundleOptions, makeBundle } from './make.ts';
import { planBundle } from './plan.ts';
import { openBundle } from './read.ts';
import { imagesTarget, inventoryTarget, type Target } from './target.ts';

const A = tarOf([{ path: 'a', content: 'a'.repeat(5000) }]);
const B = tarOf([{ path: 'b', content: 'b' }]);
const C = tarOf([{ path: 'c', content: 'c' }]);
const [a, b, c] = [A, B, C].map(tar => digestOf(tar)) as [
  `sha256:${string}`,
  `sha256:${string}`,
  `sha256:${string}`,
];

async function itemOf(name: string, layers: readonly Buffer[], store = memoryStore()): Promise<Item> {
  const root = await putImage(store, { layers });
  return await lookAt({ name, source: store, root, main: root });
}

interface Bench {
  readonly at: string;
  make(
    items: readonly Item[],
    more?: Partial<BundleOptions> & { readonly targets?: readonly Target[] },
  ): Promise<string>;
}

let count = 0;

async function bench(t: {
  after(work: () => void): void;
}): Promise<Bench & { readonly workDirectory: string }> {
  const context = await testContext(t);
  return {
    ...context,
    make: async (items, { targets = [], ...more } = {}) => {
      const path = join(context.at, `bundle-${count++}.tar`);
      const { workDirectory } = context;
      const options = { path, whole: 'none' as const, workDirectory, progress: SILENT, ...more };
      await makeBundle(items, planBundle(items, targets), options);
      return options.path;
    },
  };
}

test('the same images give the same bytes, in whatever order they are named', async t => {
  const { make } = await bench(t);
  for (const how of [
    {},
    { compression: 'gzip' as const },
    { compression: 'zstd' as const },
    { whole: 'gzip' as const },
  ]) {
    const one = await make([await itemOf('x:1', [A, B]), await itemOf('y:1', [A, C])], how);
    const other = await make([await itemOf('y:1', [A, C]), await itemOf('x:1', [A, B])], how);
    assert.deepEqual(readFileSync(one), readFileSync(other));
  }
});

test('images share their layers, and every blob is read back as it was', async t => {
  const { make, workDirectory } = await bench(t);
  for (const how of [
    {},
    { compression: 'gzip' as const },
    { compression: 'zstd' as const },
    { whole: 'zstd' as const },
  ]) {
    const path = await make([await itemOf('x:1', [A, B]), await itemOf('y:1', [A, C])], how);
    await using bundle = await openBundle(path, { workDirectory });
    assert.deepEqual(
      bundle.images.map(image => image.names),
      [['x:1'], ['y:1']],
    );
    for (const { root } of bundle.images) {
      for (const layer of await imageFrom(bundle.source, root).layers()) {
        const hash = createHash('sha256');
        for await (const chunk of layer.tar()) hash.update(chunk);
        assert.equal(`sha256:${hash.digest('hex')}`, layer.diffId);
      }
    }
  }
});

test('a layer is left out only where it stands on the same layers', () => {
  const target = imagesTarget([[a, b]], 'device');
  assert.equal(target.has({ diffId: a, chainId: a }), true);
  // The device has this layer, but on another one.
  assert.equal(target.has({ diffId: b, chainId: b }), false);
  assert.equal(target.has({ diffId: b, chainId: digestOf(`${a} ${b}`) }), true);
});

test('an inventory stands for what its engine has, and without an engine for the store', () => {
  const all = [
    { place: 'engine' as const, names: [], id: a, platform: 'linux/amd64', diffIds: [a, b] },
    { place: 'store' as const, names: [], id: c, platform: 'linux/amd64', diffIds: [c] },
  ];
  const bare = { taken: '', platform: 'linux/amd64', ...shareLayers(all) };
  const engine = { kind: 'docker' as const, version: '1', driver: 'overlay2', partial: true };
  const onAB = { diffId: b, chainId: digestOf(`${a} ${b}`) };
  assert.deepEqual(
    [inventoryTarget({ ...bare, engine }, 'x')].map(one => [
      one.has(onAB),
      one.has({ diffId: c, chainId: c }),
    ]),
    [[true, false]],
  );
  const stored = inventoryTarget(bare, 'x');
  assert.deepEqual(
    [stored.has(onAB), stored.has({ diffId: c, chainId: digestOf('elsewhere') })],
    [false, true],
  );
});

test('a partial bundle carries what the target lacks, and says what it leaves out', async t => {
  const { make, workDirectory } = await bench(t);
  const item = await itemOf('x:2', [A, C]);
  const targets = [imagesTarget([[a, b]], 'old')];
  const plan = planBundle([item], targets);
  assert.deepEqual(
    plan.images[0]?.layers.map(layer => layer.leftOut),
    ['old', undefined],
  );
  assert.deepEqual([plan.carriedLayers, plan.carriedBytes, plan.leftOutBytes], [1, C.length, A.length]);
  await using bundle = await openBundle(await make([item], { targets, compression: 'gzip' }), {
    workDirectory,
  });
  assert.equal(await bundle.source.has(a), false);
  const { layers } = await imageFrom(bundle.source, bundle.images[0]!.root).manifest();
  assert.equal(layers[0]?.digest, a);
  assert.equal(await bundle.source.has(layers[1]!.digest), true);
});

async function attached(store: BlobStore, subject: Descriptor): Promise<Descriptor> {
  const config = await store.put(streamOf('{}'), { mediaType: MEDIA.empty });
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType: MEDIA.manifest,
    artifactType: 'application/x.sig',
    config,
    layers: [],
    subject,
  });
  return await store.put(streamOf(text), { mediaType: MEDIA.manifest });
}

test('what is attached to an image comes along, and is found again', async t => {
  const { make, workDirectory } = await bench(t);
  const store = memoryStore();
  const root = await putImage(store, { layers: [A] });
  const signature = await attached(store, root);
  const source = withReferrers(store, async () => [signature]);
  const item = await lookAt({ name: 'x:1', source, root, main: root });
  await using bundle = await openBundle(await make([item], { compression: 'auto' }), { workDirectory });
  assert.deepEqual(
    bundle.images.map(image => image.root.digest),
    [root.digest],
  );
  const found = await bundle.source.referrers(root.digest);
  assert.deepEqual(
    found.map(each => [each.digest, each.artifactType]),
    [[signature.digest, 'application/x.sig']],
  );
  assert.equal(await bundle.source.has(signature.digest), true);
  // Compression would part them.
  await assert.rejects(make([item], { compression: 'gzip' }), fail('usage', 'attached'));
  const bare = await lookAt({ name: 'x:1', source, root, main: root }, { bare: true });
  await make([bare], { compression: 'gzip' });
});

test('a bundle of a newer version, and what is no bundle, are told apart', async t => {
  const { make, workDirectory, at } = await bench(t);
  const path = await make([await itemOf('x:1', [A])]);
  const newer = Buffer.from(
    readFileSync(path).toString('latin1').replace('bundle.version":"1"', 'bundle.version":"2"'),
    'latin1',
  );
  writeFileSync(path, newer);
  await assert.rejects(openBundle(path, { workDirectory }), fail('unsupported', 'version "2"'));
  const other = join(at, 'other.tar');
  writeFileSync(other, A);
  await assert.rejects(openBundle(other, { workDirectory }), fail('unsupported', 'neither'));
  writeFileSync(other, 'hello');
  await assert.rejects(openBundle(other, { workDirectory }));
  await assert.rejects(openBundle(at, { workDirectory }), fail('usage', 'not a file'));
});
