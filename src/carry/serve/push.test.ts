import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pushBlob, sameBytes, serveForTest, sha256, sha512 } from './testing/index.ts';

/** Distribution spec 1.1, the category "push", item by item. */
const UPLOADS = '/v2/team/app/blobs/uploads/';

for (const [algorithm, digestOf] of [
  ['sha256', sha256],
  ['sha512', sha512],
] as const) {
  test(`a blob is pushed in every way that there is (${algorithm})`, async t => {
    const { ask } = await serveForTest(t);
    const check = async (location: string | undefined, bytes: Buffer): Promise<void> => {
      const got = await ask('GET', location ?? '');
      equal(got.status, 200);
      sameBytes(got.body, bytes);
      equal(got.headers['docker-content-digest'], digestOf(bytes));
    };
    const monolithic = randomBytes(512);
    const post = await ask('POST', `${UPLOADS}?digest=${digestOf(monolithic)}`, { body: monolithic });
    equal(post.status, 201);
    equal(post.headers['docker-content-digest'], digestOf(monolithic));
    await check(post.headers.location, monolithic);

    const put = randomBytes(512);
    const begun = await ask('POST', UPLOADS);
    equal(begun.status, 202);
    equal(begun.headers.range, '0-0');
    const done = await ask('PUT', `${begun.headers.location}?digest=${digestOf(put)}`, { body: put });
    equal(done.status, 201);
    await check(done.headers.location, put);

    const streamed = randomBytes(200_000);
    const { headers } = await ask('POST', UPLOADS);
    const patched = await ask('PATCH', headers.location ?? '', { body: streamed, isStreamed: true });
    equal(patched.status, 202);
    equal(patched.headers.range, '0-199999');
    const ended = await ask(
      'PUT',
      `${patched.headers.location}?digest=${encodeURIComponent(digestOf(streamed))}`,
    );
    equal(ended.status, 201);
    await check(ended.headers.location, streamed);
  });

  for (const [last, how] of [
    ['PATCH', 'with all chunks before the end'],
    ['PUT', 'with the last chunk at the end'],
  ] as const) {
    test(`chunks come in order, and others are refused (${algorithm}, ${how})`, async t => {
      const { ask } = await serveForTest(t);
      const bytes = randomBytes(3000 - 5);
      const digest = digestOf(bytes);
      let location = (await ask('POST', UPLOADS)).headers.location ?? '';
      for (let at = 0; at < bytes.length; at += 1000) {
        const bad = at + 1000 < bytes.length ? at + 1000 : 0;
        const refused = await ask('PATCH', location, chunk(bytes, bad));
        equal(refused.status, 416);
        deepEqual(refused.codes(), ['BLOB_UPLOAD_INVALID']);
        const state = await ask('GET', refused.headers.location ?? '');
        equal(state.status, 204);
        equal(state.headers.range, `0-${Math.max(at - 1, 0)}`);
        const isLast = at + 1000 >= bytes.length && last === 'PUT';
        const path = isLast ? `${location}?digest=${digest}` : location;
        const sent = await ask(isLast ? 'PUT' : 'PATCH', path, chunk(bytes, at));
        equal(sent.status, isLast ? 201 : 202);
        location = sent.headers.location ?? '';
      }
      if (last === 'PATCH')
        location = (await ask('PUT', `${location}?digest=${digest}`)).headers.location ?? '';
      sameBytes((await ask('GET', location)).body, bytes);
    });
  }
}

function chunk(bytes: Buffer, at: number): { headers: Record<string, string>; body: Buffer } {
  const body = bytes.subarray(at, at + 1000);
  return { headers: { 'content-range': `${at}-${at + body.length - 1}` }, body };
}

test('a last chunk out of order is refused and the upload goes on', async t => {
  const { ask } = await serveForTest(t);
  const bytes = randomBytes(1500);
  const { headers } = await ask('POST', UPLOADS);
  await ask('PATCH', headers.location ?? '', chunk(bytes, 0));
  const path = `${headers.location}?digest=${sha256(bytes)}`;
  equal((await ask('PUT', path, { ...chunk(bytes, 0) })).status, 416);
  equal((await ask('PUT', path, chunk(bytes, 1000))).status, 201);
});

test('a range that is none, and one that does not fit the body, are refused', async t => {
  const { ask } = await serveForTest(t);
  const location = (await ask('POST', UPLOADS)).headers.location ?? '';
  for (const range of ['bogus', '5-3', '0-x', '-1-4']) {
    equal((await ask('PATCH', location, { headers: { 'content-range': range }, body: 'abcde' })).status, 416);
  }
  const long = await ask('PATCH', location, { headers: { 'content-range': '0-9' }, body: 'abcde' });
  deepEqual([long.status, ...long.codes()], [400, 'SIZE_INVALID']);
  const streamed = { headers: { 'content-range': '0-2' }, body: 'abcde', isStreamed: true };
  deepEqual((await ask('PATCH', location, streamed)).codes(), ['SIZE_INVALID']);
  equal((await ask('GET', location)).headers.range, '0-0');
  const done = await ask('PUT', `${location}?digest=${sha256('hello')}`, { body: 'hello' });
  equal(done.status, 201);
});

test('bytes of another digest are refused, however they come, and nothing is left', async t => {
  const { ask, directory } = await serveForTest(t);
  const digest = sha256('wanted');
  const post = await ask('POST', `${UPLOADS}?digest=${digest}`, { body: 'other' });
  deepEqual([post.status, ...post.codes()], [400, 'DIGEST_INVALID']);
  const { headers } = await ask('POST', UPLOADS);
  await ask('PATCH', headers.location ?? '', { body: 'other' });
  const put = await ask('PUT', `${headers.location}?digest=${digest}`);
  deepEqual([put.status, ...put.codes()], [400, 'DIGEST_INVALID']);
  equal((await ask('GET', headers.location ?? '')).status, 404);
  equal((await ask('GET', `/v2/team/app/blobs/${digest}`)).status, 404);
  deepEqual(readdirSync(join(directory, 'uploads')), []);
  deepEqual(readdirSync(join(directory, 'blobs', 'sha256')), []);
});

test('an upload without a digest, or with one that is none, is refused and can still be ended', async t => {
  const { ask } = await serveForTest(t);
  const { headers } = await ask('POST', UPLOADS);
  deepEqual((await ask('PUT', headers.location ?? '', { body: 'x' })).codes(), ['DIGEST_INVALID']);
  deepEqual((await ask('PUT', `${headers.location}?digest=md5:00`)).codes(), ['DIGEST_INVALID']);
  equal((await ask('PUT', `${headers.location}?digest=${sha256('y')}`, { body: 'y' })).status, 201);
});

test('an upload can be given up, and belongs to its repository', async t => {
  const { ask, directory } = await serveForTest(t);
  const { headers } = await ask('POST', UPLOADS);
  const elsewhere = headers.location?.replace('team/app', 'other/app') ?? '';
  deepEqual((await ask('PATCH', elsewhere, { body: 'x' })).codes(), ['BLOB_UPLOAD_UNKNOWN']);
  equal((await ask('DELETE', headers.location ?? '')).status, 204);
  const gone = await ask('GET', headers.location ?? '');
  deepEqual([gone.status, ...gone.codes()], [404, 'BLOB_UPLOAD_UNKNOWN']);
  equal((await ask('PATCH', `${UPLOADS}../../../x`, { body: 'x' })).status, 404);
  deepEqual(readdirSync(join(directory, 'uploads')), []);
});

test('a blob is mounted from the repository that is named, or from any; otherwise an upload begins', async t => {
  const { ask } = await serveForTest(t);
  equal(await pushBlob(ask, 'other/app', 'shared'), 201);
  const digest = sha256('shared');
  for (const [repository, from] of [
    ['one', '&from=other/app'],
    ['two', ''],
  ]) {
    const mounted = await ask('POST', `/v2/${repository}/blobs/uploads/?mount=${digest}${from}`);
    equal(mounted.status, 201);
    equal(mounted.headers['docker-content-digest'], digest);
    equal((await ask('GET', mounted.headers.location ?? '')).body.toString(), 'shared');
  }
  const absent = sha256('never pushed');
  for (const query of [
    `?mount=${absent}&from=other/app`,
    `?mount=${absent}`,
    `?mount=${digest}&from=empty`,
    '?mount=x',
  ]) {
    const begun = await ask('POST', `/v2/three/blobs/uploads/${query}`);
    equal(begun.status, 202);
    notEqual(begun.headers.location, undefined);
  }
  equal((await ask('HEAD', `/v2/three/blobs/${digest}`)).status, 404);
});

test('the empty blob and {} are blobs like others', async t => {
  const { ask } = await serveForTest(t);
  for (const bytes of ['', '{}']) {
    const { headers } = await ask('POST', UPLOADS);
    equal((await ask('PUT', `${headers.location}?digest=${sha256(bytes)}`, { body: bytes })).status, 201);
    const got = await ask('GET', `/v2/team/app/blobs/${sha256(bytes)}`);
    deepEqual(
      [got.status, got.body.toString(), got.headers['content-length']],
      [200, bytes, `${bytes.length}`],
    );
  }
});
