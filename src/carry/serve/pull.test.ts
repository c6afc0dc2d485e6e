import { deepEqual, equal } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
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
} from './testing/index.ts';

/** Distribution spec 1.1, the category "pull", item by item. */

test('the base tells that this is a registry, and everything else that it is none', async t => {
  const { ask } = await serveForTest(t);
  for (const path of ['/v2/', '/v2']) {
    const base = await ask('GET', path);
    deepEqual([base.status, base.headers['docker-distribution-api-version']], [200, 'registry/2.0']);
  }
  for (const path of [
    '/',
    '/v1/',
    '/v2/a',
    '/v2/a/manifests',
    '/v2/a/manifests/',
    '/v2/%zz/tags/list',
    '/v2/a/blobs/x/y',
  ]) {
    const answer = await ask('GET', path);
    equal(answer.status >= 400 && answer.status < 500, true, path);
    equal(answer.codes().length, 1);
  }
});

test('a blob is pulled whole, and HEAD tells of it', async t => {
  const { ask } = await serveForTest(t);
  const bytes = randomBytes(700_001);
  await pushBlob(ask, 'team/app', bytes);
  const path = `/v2/team/app/blobs/${sha256(bytes)}`;
  const head = await ask('HEAD', path);
  deepEqual([head.status, head.headers['content-length'], head.body.length], [200, '700001', 0]);
  equal(head.headers['docker-content-digest'], sha256(bytes));
  const got = await ask('GET', path);
  deepEqual([got.status, got.headers['content-length']], [200, '700001']);
  sameBytes(got.body, bytes);
  const encoded = await ask('GET', path.replace('sha256:', 'sha256%3A'));
  sameBytes(encoded.body, bytes);
});

test('a blob that is not there, or not in this repository, is unknown', async t => {
  const { ask } = await serveForTest(t);
  await pushBlob(ask, 'team/app', 'mine');
  for (const path of [`/v2/team/app/blobs/${sha256('no')}`, `/v2/other/blobs/${sha256('mine')}`]) {
    const get = await ask('GET', path);
    deepEqual([get.status, ...get.codes()], [404, 'BLOB_UNKNOWN']);
    equal((await ask('HEAD', path)).status, 404);
  }
  for (const digest of [
    'sha256:0',
    'md5:d41d8cd98f00b204e9800998ecf8427e',
    'x',
    `sha256:${'A'.repeat(64)}`,
  ]) {
    const get = await ask('GET', `/v2/team/app/blobs/${digest}`);
    deepEqual([get.status, ...get.codes()], [400, 'DIGEST_INVALID']);
  }
});

test('a range of a blob is 206 with just those bytes, or 416', async t => {
  const { ask } = await serveForTest(t);
  const bytes = randomBytes(2048);
  await pushBlob(ask, 'team/app', bytes);
  const get = async (range: string) =>
    await ask('GET', `/v2/team/app/blobs/${sha256(bytes)}`, { headers: { range } });
  for (const [range, from, to] of [
    ['bytes=500-1499', 500, 1499],
    ['bytes=500-', 500, 2047],
    ['bytes=-500', 1548, 2047],
    ['bytes=2000-5000', 2000, 2047],
    ['bytes=0-0', 0, 0],
    ['bytes=-5000', 0, 2047],
  ] as const) {
    const part = await get(range);
    deepEqual([part.status, part.headers['content-range']], [206, `bytes ${from}-${to}/2048`], range);
    equal(part.headers['content-length'], `${to - from + 1}`);
    sameBytes(part.body, bytes.subarray(from, to + 1));
  }
  for (const range of ['bytes=500-0', 'bytes=5000-10000', 'bytes=2048-', 'bytes=-0']) {
    const refused = await get(range);
    deepEqual([refused.status, refused.headers['content-range']], [416, 'bytes */2048'], range);
  }
  for (const range of ['bytes=0-1,5-6', 'lines=1-2', 'bytes=x-y', 'bytes=-']) {
    deepEqual((await get(range)).body, bytes, range);
  }
});

test('a range is only given for the blob that the client knows, and nothing to one that has it', async t => {
  const { ask } = await serveForTest(t);
  await pushBlob(ask, 'team/app', 'hello');
  const path = `/v2/team/app/blobs/${sha256('hello')}`;
  const get = async (headers: Record<string, string>) => await ask('GET', path, { headers });
  equal((await get({ range: 'bytes=1-2', 'if-range': `"${sha256('hello')}"` })).body.toString(), 'el');
  equal((await get({ range: 'bytes=1-2', 'if-range': '"other"' })).body.toString(), 'hello');
  equal((await get({ 'if-none-match': `"${sha256('hello')}"` })).status, 304);
});

test('a manifest is pulled by tag and by digest, and HEAD tells of it', async t => {
  const { ask } = await serveForTest(t);
  const image = manifestOf();
  const index = indexOf([image.descriptor]);
  await pushManifest(ask, 'team/app', image, 'image');
  await pushManifest(ask, 'team/app', index, 'index');
  for (const [manifest, tag] of [
    [image, 'image'],
    [index, 'index'],
  ] as const) {
    for (const reference of [tag, manifest.digest]) {
      for (const method of ['GET', 'HEAD']) {
        const got = await ask(method, `/v2/team/app/manifests/${reference}`);
        equal(got.status, 200);
        equal(got.headers['content-type'], manifest.mediaType);
        equal(got.headers['content-length'], `${manifest.bytes.length}`);
        equal(got.headers['docker-content-digest'], manifest.digest);
        deepEqual(got.body, method === 'GET' ? manifest.bytes : Buffer.alloc(0));
      }
    }
  }
});

test('a manifest without a media type has the one that it was sent with', async t => {
  const { ask } = await serveForTest(t);
  const { mediaType: _, ...rest } = JSON.parse(manifestOf().bytes.toString());
  for (const blob of manifestOf().blobs) await pushBlob(ask, 'team/app', blob);
  const body = JSON.stringify(rest);
  const put = await ask('PUT', '/v2/team/app/manifests/v1', {
    headers: { 'content-type': MEDIA.manifest },
    body,
  });
  equal(put.status, 201);
  equal((await ask('GET', '/v2/team/app/manifests/v1')).headers['content-type'], MEDIA.manifest);
});

test('a manifest that is not there is unknown, whatever it is asked by', async t => {
  const { ask } = await serveForTest(t);
  await pushManifest(ask, 'team/app', manifestOf(), 'v1');
  for (const reference of ['v2', sha256('no'), '.INVALID_MANIFEST_NAME', 'a'.repeat(200)]) {
    const get = await ask('GET', `/v2/team/app/manifests/${reference}`);
    deepEqual([get.status, ...get.codes()], [404, 'MANIFEST_UNKNOWN']);
    equal((await ask('HEAD', `/v2/team/app/manifests/${reference}`)).status, 404);
  }
  equal((await ask('GET', '/v2/team/app/manifests/sha256:bad')).status, 400);
});

test('a method that a resource does not have is refused with those that it has', async t => {
  const { ask } = await serveForTest(t);
  const answer = await ask('POST', '/v2/team/app/tags/list');
  deepEqual([answer.status, answer.headers.allow, ...answer.codes()], [405, 'GET, HEAD', 'UNSUPPORTED']);
});
