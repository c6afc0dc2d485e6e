import assert from 'node:assert/strict';
import test from 'node:test';
import { bytesContent, digestOf, readStream } from '../bytes/index.ts';
import { MEDIA, parsePlatform } from '../oci/index.ts';
import { contentSource } from './content-source.ts';
import { copy, graphOf } from './copy.ts';
import { imageFrom, readDocument, resolveImage } from './image.ts';
import { memoryStore } from './memory.ts';
import { fail, putImage, streamOf, tarOf } from './testing/index.ts';

const A = tarOf([{ path: 'a', content: 'A' }]);
const B = tarOf([{ path: 'b', content: 'B' }]);
const MANY = 1 << 24;

for (const compression of ['none', 'gzip', 'zstd'] as const) {
  test(`an image with layers of ${compression} is read through to its tars`, async () => {
    const store = memoryStore();
    const image = imageFrom(store, await putImage(store, { layers: [A, B], compression }));
    assert.deepEqual((await image.config()).config?.Cmd, ['/x']);
    assert.equal(digestOf(await image.rawConfig()), (await image.manifest()).config.digest);
    const layers = await image.layers();
    assert.deepEqual(await readStream(layers[0]!.tar(), 'tar', MANY), A);
    assert.deepEqual(await readStream(layers[1]!.tar(), 'tar', MANY), B);
    assert.equal(digestOf(await readStream(layers[1]!.blob(), 'blob', MANY)), layers[1]!.descriptor.digest);
  });
}

test('bytes decide how a layer is compressed, not its type', async () => {
  const store = memoryStore();
  const layer = await store.put(streamOf(A), { mediaType: MEDIA.layerGzip });
  const image = imageFrom(store, await putImage(store, { layers: [A], manifest: { layers: [layer] } }));
  const [only] = await image.layers();
  assert.deepEqual(await readStream(only!.tar(), 'tar', MANY), A);
});

test('a tar that is not the one of the diff ID is an integrity error', async () => {
  const store = memoryStore();
  const layer = await store.put(streamOf(B), { mediaType: MEDIA.layer });
  const image = imageFrom(store, await putImage(store, { layers: [A], manifest: { layers: [layer] } }));
  const [only] = await image.layers();
  await assert.rejects(readStream(only!.tar(), 'tar', MANY), fail('integrity', digestOf(A)));
});

test('images that cannot be handled are told apart', async () => {
  const store = memoryStore();
  const layersOf = async (options: Parameters<typeof putImage>[1]): Promise<unknown> =>
    await imageFrom(store, await putImage(store, options)).layers();
  await assert.rejects(layersOf({ layers: [A], config: { os: 'windows' } }), fail('unsupported', 'windows'));
  await assert.rejects(layersOf({ layers: [A], manifest: { layers: [] } }), fail('invalid', 'diff IDs'));
  const toto = await store.put(streamOf('{}'), { mediaType: 'application/vnd.in-toto+json' });
  await assert.rejects(
    layersOf({ layers: [A], manifest: { layers: [toto] } }),
    fail('unsupported', 'in-toto'),
  );
});

test('missing layers and foreign layers say what to do', async () => {
  const store = memoryStore();
  const gone = { mediaType: MEDIA.layer, digest: digestOf(A), size: A.length };
  const foreign = { ...gone, mediaType: MEDIA.dockerForeignLayer, urls: ['https://example.com/layer'] };
  for (const [layer, check] of [
    [gone, fail('not-found', gone.digest)],
    [foreign, fail('unsupported', 'https://example.com/layer')],
  ] as const) {
    const root = await putImage(store, { layers: [A], manifest: { layers: [layer] } });
    await store.delete(gone.digest);
    const [only] = await imageFrom(store, root).layers();
    await assert.rejects(readStream(only!.tar(), 'tar', MANY), check);
  }
});

test('a document that claims more than 4 MiB is not read', async () => {
  const huge = { mediaType: MEDIA.manifest, digest: digestOf(''), size: 2 ** 50 };
  await assert.rejects(readDocument(memoryStore(), huge), fail('limit'));
});

test('a copy carries the whole graph once, and nothing the second time', async () => {
  const [from, to] = [memoryStore(), memoryStore()];
  const one = await putImage(from, { layers: [A, B], platform: parsePlatform('amd64') });
  const two = await putImage(from, { layers: [A], platform: parsePlatform('arm64'), compression: 'gzip' });
  const index = JSON.stringify({ schemaVersion: 2, manifests: [one, two] });
  const root = await from.put(streamOf(index), { mediaType: MEDIA.index });
  const report = await copy(from, to, root);
  assert.deepEqual(await Array.fromAsync(to.list()), await Array.fromAsync(from.list()));
  assert.equal(report.blobs, 8);
  assert.deepEqual(await copy(from, to, root), { blobs: 0, bytes: 0, present: 8, foreign: 0 });
  const chosen = await resolveImage(to, root, { what: 'x', wanted: parsePlatform('arm64') });
  assert.equal(chosen.digest, two.digest);
});

test('a copy of an image that is not whole stores no manifest', async () => {
  const [from, to] = [memoryStore(), memoryStore()];
  const root = await putImage(from, { layers: [A] });
  await from.delete(digestOf(A));
  await assert.rejects(copy(from, to, root), fail('not-found', digestOf(A)));
  assert.equal(await to.has(root.digest), false);
});

test('a copy leaves out foreign layers that the source does not have', async () => {
  const [from, to] = [memoryStore(), memoryStore()];
  const foreign = { mediaType: MEDIA.dockerForeignLayer, digest: digestOf('far'), size: 3, urls: ['x:'] };
  const root = await putImage(from, { layers: [A], manifest: { layers: [foreign] } });
  assert.equal((await copy(from, to, root)).foreign, 1);
  assert.ok(await to.has(root.digest));
});

test('indexes in indexes without end reach a limit', async () => {
  const store = memoryStore();
  let root = await putImage(store, { layers: [A] });
  for (let depth = 0; depth < 50; depth += 1) {
    const text = JSON.stringify({ schemaVersion: 2, manifests: [root] });
    root = await store.put(streamOf(text), { mediaType: MEDIA.index });
  }
  await assert.rejects(graphOf(store, root), fail('limit'));
  await assert.rejects(resolveImage(store, root, { what: 'x' }), fail('limit'));
});

test('a source that lies about its bytes is found out', async () => {
  const digest = digestOf('truth');
  const source = contentSource('liar', new Map([[digest, bytesContent('false')]]));
  const blob = { mediaType: MEDIA.layer, digest, size: 5 };
  await assert.rejects(copy(source, memoryStore(), blob), fail('integrity', 'copying'));
});
