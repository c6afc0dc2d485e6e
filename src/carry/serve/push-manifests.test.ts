import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { MEDIA } from '../../core/oci/index.ts';
import {
  indexOf,
  manifestOf,
  pushBlob,
  pushManifest,
  sameBytes,
  serveForTest,
  sha256,
  sha512,
} from './testing/index.ts';

/** Distribution spec 1.1, the category "push": manifests, item by item. */

test('a manifest is pushed by tag and by digest', async t => {
  const { ask } = await serveForTest(t);
  const manifest = manifestOf();
  for (const reference of ['v1', 'v2', manifest.digest]) {
    const put = await pushManifest(ask, 'team/app', manifest, reference);
    equal(put.status, 201);
    equal(put.headers.location, `/v2/team/app/manifests/${manifest.digest}`);
    equal(put.headers['docker-content-digest'], manifest.digest);
    const got = await ask('GET', `/v2/team/app/manifests/${reference}`);
    deepEqual([got.status, got.headers['content-type']], [200, MEDIA.manifest]);
    sameBytes(got.body, manifest.bytes);
  }
});

test('tags come with a push by digest', async t => {
  const { ask } = await serveForTest(t);
  const manifest = manifestOf();
  const put = await pushManifest(ask, 'team/app', manifest, `${manifest.digest}?tag=a&tag=b`);
  equal(put.status, 201);
  match(String(put.headers['oci-tag']), /a, *b/);
  for (const tag of ['a', 'b'])
    sameBytes((await ask('GET', `/v2/team/app/manifests/${tag}`)).body, manifest.bytes);
  equal((await pushManifest(ask, 'team/app', manifest, `${manifest.digest}?tag=-`)).status, 400);
});

test('a manifest of SHA-512 digests is kept under them', async t => {
  const { ask } = await serveForTest(t);
  const manifest = manifestOf({ algorithm: 'sha512' });
  equal((await pushManifest(ask, 'team/app', manifest)).status, 201);
  const got = await ask('GET', `/v2/team/app/manifests/${manifest.digest}`);
  sameBytes(got.body, manifest.bytes);
  equal(got.headers['docker-content-digest'], manifest.digest);
  equal(
    (await pushManifest(ask, 'team/app', manifest, 'tag')).headers['docker-content-digest'],
    sha256(manifest.bytes),
  );
});

test('a manifest needs its blobs, in its own repository and of their sizes', async t => {
  const { ask } = await serveForTest(t);
  const manifest = manifestOf();
  const put = async () =>
    await ask('PUT', '/v2/team/app/manifests/v1', {
      headers: { 'content-type': manifest.mediaType },
      body: manifest.bytes,
    });
  for (const blob of manifest.blobs) await pushBlob(ask, 'elsewhere', blob);
  const refused = await put();
  deepEqual([refused.status, ...refused.codes()], [404, 'MANIFEST_BLOB_UNKNOWN']);
  for (const blob of manifest.blobs) await pushBlob(ask, 'team/app', blob);
  equal((await put()).status, 201);
  const lying = JSON.parse(manifest.bytes.toString());
  lying.layers[0].size += 1;
  const wrong = await ask('PUT', '/v2/team/app/manifests/v2', { body: JSON.stringify(lying) });
  deepEqual([wrong.status, ...wrong.codes()], [400, 'MANIFEST_INVALID']);
});

test('layers that live elsewhere may be missing, and so may the manifests of an index, and no layers are fine', async t => {
  const { ask } = await serveForTest(t);
  const foreign = {
    mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
    digest: sha256('elsewhere'),
    size: 123_456,
    urls: ['https://store.example/blob'],
  };
  const image = manifestOf({ extra: { layers: [foreign] } });
  equal((await pushManifest(ask, 'team/app', { ...image, blobs: image.blobs.slice(0, 1) })).status, 201);
  const missing = manifestOf({ layers: ['never pushed'] }).descriptor;
  const sparse = indexOf([image.descriptor, missing, indexOf([]).descriptor]);
  equal((await pushManifest(ask, 'team/app', sparse, 'sparse')).status, 201);
  equal((await pushManifest(ask, 'team/app', indexOf([]), 'empty')).status, 201);
  equal((await pushManifest(ask, 'team/app', manifestOf({ layers: [] }), 'bare')).status, 201);
});

test('unknown members and embedded data come back byte for byte', async t => {
  const { ask } = await serveForTest(t);
  const manifest = manifestOf({ extra: { 'org.example': { a: [1, null] }, data: 'e30=' } });
  equal((await pushManifest(ask, 'team/app', manifest, 'custom')).status, 201);
  sameBytes((await ask('GET', '/v2/team/app/manifests/custom')).body, manifest.bytes);
});

test('a manifest of almost 4 MiB is taken, a larger one is not', async t => {
  const { ask } = await serveForTest(t);
  const annotations = Object.fromEntries(
    Array.from({ length: 390 }, (_, i) => [`large-${i}`, 'A'.repeat(10_000)]),
  );
  const large = manifestOf({ extra: { annotations } });
  ok(large.bytes.length > 3_900_000);
  equal((await pushManifest(ask, 'team/app', large, 'large')).status, 201);
  sameBytes((await ask('GET', '/v2/team/app/manifests/large')).body, large.bytes);
  const huge = manifestOf({ extra: { annotations: { a: 'A'.repeat(4 << 20) } } });
  const put = { headers: { 'content-type': huge.mediaType }, body: huge.bytes };
  for (const isStreamed of [false, true]) {
    equal((await ask('PUT', '/v2/team/app/manifests/huge', { ...put, isStreamed })).status, 413);
  }
});

test('a manifest under another digest, or one that is none, is refused', async t => {
  const { ask } = await serveForTest(t);
  const manifest = manifestOf();
  for (const reference of [sha256('other'), sha512('other'), 'sha256:baddigeststring']) {
    const put = await pushManifest(ask, 'team/app', manifest, reference);
    deepEqual([put.status, ...put.codes()], [400, 'DIGEST_INVALID']);
  }
  equal((await pushManifest(ask, 'team/app', manifest, '.tag')).status, 400);
  deepEqual((await ask('GET', '/v2/team/app/tags/list')).json(), { name: 'team/app', tags: [] });
});

test('what names no repository is refused', async t => {
  const { ask } = await serveForTest(t);
  for (const name of [
    'UPPER',
    'a//b',
    '_x',
    'a/_x',
    '-a',
    'a..b',
    `${'a/'.repeat(130)}a`,
    '..%2f..%2fetc',
    'a%00b',
  ]) {
    const begun = await ask('POST', `/v2/${name}/blobs/uploads/`);
    deepEqual([begun.status, ...begun.codes()], [400, 'NAME_INVALID'], name);
  }
});
