import assert from 'node:assert/strict';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '../../core/bytes/index.ts';
import { isSampanError, SampanError } from '../../core/errors/index.ts';
import { SILENT } from '../../core/progress/index.ts';
import { findStored, graphOf, listStored, memoryStore, type StoreContext } from '../../core/store/index.ts';
import { fail, putImage, tarOf, testContext } from '../../core/store/testing/index.ts';
import { imagesTarget, lookAt, makeBundle, openBundle, planBundle, type Target } from '../bundle/index.ts';
import { loadBundle } from './load.ts';
import { planLoad } from './plan.ts';
import { planSteps } from './steps.ts';
import type { LoadPlan, NeededLayer } from './types.ts';

const A = tarOf([{ path: 'a', content: 'a'.repeat(3000) }]);
const B = tarOf([{ path: 'b', content: 'b'.repeat(1500) }]);

type Here = StoreContext & { readonly at: string };

async function bundleAt(
  context: Here,
  layers: readonly Buffer[],
  how: {
    readonly targets?: readonly Target[];
    readonly compression?: 'gzip' | 'zstd';
    readonly whole?: 'gzip';
  } = {},
): Promise<string> {
  const path = join(context.at, 'bundle.tar');
  const source = memoryStore();
  const root = await putImage(source, { layers });
  const items = [await lookAt({ name: 'app:1', source, root, main: root })];
  const { targets = [], compression, whole = 'none' } = how;
  const { workDirectory } = context;
  await makeBundle(items, planBundle(items, targets), {
    path,
    compression,
    whole,
    workDirectory,
    progress: SILENT,
  });
  return path;
}

async function load(context: Here, path: string): Promise<LoadPlan> {
  await using bundle = await openBundle(path, context);
  const plan = await planLoad(bundle, { kind: 'store' }, { store: context.store, inEngine: [] });
  await loadBundle(bundle, plan, { context, inEngine: [], progress: SILENT });
  return plan;
}

/** Reads and verifies all of an image. */
async function isWhole({ store }: Here): Promise<boolean> {
  const root = await findStored(store, 'app:1');
  if (root === undefined) return false;
  for (const blob of await graphOf(store.blobs, root)) for await (const _ of store.blobs.open(blob));
  return true;
}

for (const how of [{}, { compression: 'gzip' }, { compression: 'zstd' }, { whole: 'gzip' }] as const) {
  test(`a bundle is loaded whole: ${JSON.stringify(how)}`, async t => {
    const context = await testContext(t);
    const plan = await load(context, await bundleAt(context, [A, B], how));
    assert.deepEqual([plan.allLayers, plan.missingThere], [2, 2]);
    assert.equal(await isWhole(context), true);
    assert.equal((await load(context, join(context.at, 'bundle.tar'))).missingThere, 0);
  });
}

test('a partial bundle is loaded where its base is, and elsewhere says what is missing', async t => {
  const context = await testContext(t);
  const targets = [imagesTarget([[digestOf(A)]], 'device')];
  const path = await bundleAt(context, [A, B], { targets, compression: 'gzip' });
  await assert.rejects(load(context, path), fail('not-found', digestOf(A), 'layer 1 of 2', 'app:1'));
  assert.deepEqual(await listStored(context.store), []);
  const base = await testContext(t);
  await load(base, await bundleAt(base, [A]));
  assert.deepEqual(
    (await load(base, path)).images[0]?.layers.map(layer => layer.state),
    ['present', 'carried'],
  );
  assert.equal(await isWhole(base), true);
});

test('wherever a bit of a bundle is flipped, the image is whole or not there, and the error is clear', async t => {
  const context = await testContext(t);
  for (const how of [
    {},
    { compression: 'gzip' as const },
    { compression: 'zstd' as const },
    { whole: 'gzip' as const },
  ]) {
    const path = await bundleAt(context, [A, B], how);
    const good = readFileSync(path);
    let refused = 0;
    for (let at = 0; at < good.length; at += 701) {
      const here = await testContext(t);
      const bad = Buffer.from(good);
      bad[at]! ^= 1 << (at % 8);
      writeFileSync(path, bad);
      const error: unknown = await load(here, path).catch(thrown => thrown);
      if (error instanceof Error) {
        refused += 1;
        assert.ok(isSampanError(error) && error.code !== 'internal', `${at}: ${error}`);
        assert.deepEqual(await listStored(here.store), []);
        // A name may change with a bit of it; what it names is whole.
      } else
        for (const { root } of await listStored(here.store))
          for (const blob of await graphOf(here.store.blobs, root))
            for await (const _ of here.store.blobs.open(blob));
    }
    assert.ok(refused > 0);
  }
});

test('wherever a bundle is cut off, nothing is loaded', async t => {
  const context = await testContext(t);
  for (const how of [{}, { compression: 'gzip' as const }, { whole: 'gzip' as const }]) {
    const path = await bundleAt(context, [A, B], how);
    const good = readFileSync(path);
    const end = how.whole === undefined ? good.length - 1024 : good.length;
    for (let size = 0; size < end; size += 997) {
      writeFileSync(path, good);
      truncateSync(path, size);
      const error: unknown = await load(context, path).catch(thrown => thrown);
      assert.ok(error instanceof SampanError && error.code !== 'internal', `${size}: ${error}`);
    }
    assert.deepEqual(await listStored(context.store), []);
  }
});

function archiveOf(index: object, extra: Parameters<typeof tarOf>[0] = []): Buffer {
  const marked = { schemaVersion: 2, annotations: { 'dev.sampan.bundle.version': '1' }, ...index };
  return tarOf([
    { path: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
    { path: 'index.json', content: JSON.stringify(marked) },
    ...extra,
  ]);
}

const entry = (size: number): object => ({
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: digestOf('x'),
  size,
});

for (const [what, bytes, code] of [
  ['without images', archiveOf({ manifests: [] }), 'not-found'],
  ['whose manifest is not there', archiveOf({ manifests: [entry(1)] }), 'not-found'],
  [
    'with sizes that lie',
    archiveOf({ manifests: [entry(2)] }, [{ path: `blobs/sha256/${digestOf('x').slice(7)}`, content: 'x' }]),
    'integrity',
  ],
  ['with a huge manifest', archiveOf({ manifests: [entry(2 ** 40)] }), 'limit'],
  ['with too many entries', archiveOf({ manifests: new Array(1001).fill(entry(1)) }), 'limit'],
  [
    'with blobs that lead out',
    archiveOf({ manifests: [entry(1)] }, [
      { path: `blobs/sha256/${digestOf('x').slice(7)}`, type: 'symlink', linkPath: '../../../../etc/passwd' },
    ]),
    'not-found',
  ],
  [
    'with blobs that lead in a circle',
    archiveOf({ manifests: [entry(1)] }, [
      { path: `blobs/sha256/${digestOf('x').slice(7)}`, type: 'symlink', linkPath: digestOf('x').slice(7) },
    ]),
    'not-found',
  ],
] as const) {
  test(`a bundle ${what} is refused: ${code}`, async t => {
    const context = await testContext(t);
    const path = join(context.at, 'bad.tar');
    writeFileSync(path, bytes);
    await assert.rejects(
      load(context, path),
      (error: unknown) => isSampanError(error, code) || assert.fail(`${error}`),
    );
    assert.deepEqual(await listStored(context.store), []);
  });
}

test('steps carry the lowest layers first, each about as much as it may, and the last one makes the image', () => {
  const layer = (name: string, size: number, state: NeededLayer['state'] = 'carried'): NeededLayer => ({
    diffId: digestOf(name),
    chainId: digestOf(name),
    blob: { mediaType: '', digest: digestOf(name), size },
    state,
    plainBytes: size,
  });
  const layers = [
    layer('a', 5, 'present'),
    layer('b', 30),
    layer('c', 8),
    layer('d', 3),
    layer('e', 9),
    layer('f', 1, 'present'),
  ];
  const steps = planSteps(layers, 10);
  assert.deepEqual(
    steps.map(({ depth, sent, isLast }) => [depth, sent.map(each => each.blob.size), isLast]),
    [
      [2, [30], false],
      [4, [8, 3], false],
      [6, [9], true],
    ],
  );
  assert.deepEqual(planSteps([layer('a', 5, 'present')], 10), [{ depth: 1, sent: [], isLast: true }]);
  assert.deepEqual(planSteps([], 10), [{ depth: 0, sent: [], isLast: true }]);
});
