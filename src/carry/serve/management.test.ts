import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import {
  indexOf,
  manifestOf,
  pushBlob,
  pushManifest,
  sameBytes,
  serveForTest,
  sha256,
} from './testing/index.ts';

/** Distribution spec 1.1, the category "content management", item by item. */

test('a tag is deleted at once and alone', async t => {
  const { ask } = await serveForTest(t);
  const manifest = manifestOf();
  for (const tag of ['one', 'two']) await pushManifest(ask, 'team/app', manifest, tag);
  equal((await ask('DELETE', '/v2/team/app/manifests/one')).status, 202);
  equal((await ask('HEAD', '/v2/team/app/manifests/one')).status, 404);
  const again = await ask('DELETE', '/v2/team/app/manifests/one');
  deepEqual([again.status, ...again.codes()], [404, 'MANIFEST_UNKNOWN']);
  deepEqual((await ask('GET', '/v2/team/app/tags/list')).json(), { name: 'team/app', tags: ['two'] });
  equal((await ask('GET', `/v2/team/app/manifests/${manifest.digest}`)).status, 200);
});

test('a manifest is deleted with its tags, in its repository alone', async t => {
  const { ask } = await serveForTest(t);
  const manifest = manifestOf();
  const other = manifestOf({ layers: ['other'] });
  for (const tag of ['one', 'two']) await pushManifest(ask, 'team/app', manifest, tag);
  await pushManifest(ask, 'team/app', other, 'other');
  await pushManifest(ask, 'elsewhere', manifest, 'one');
  equal((await ask('DELETE', `/v2/team/app/manifests/${manifest.digest}`)).status, 202);
  for (const reference of ['one', 'two', manifest.digest]) {
    equal((await ask('GET', `/v2/team/app/manifests/${reference}`)).status, 404);
  }
  equal((await ask('DELETE', `/v2/team/app/manifests/${manifest.digest}`)).status, 404);
  deepEqual((await ask('GET', '/v2/team/app/tags/list')).json(), { name: 'team/app', tags: ['other'] });
  equal((await ask('GET', '/v2/elsewhere/manifests/one')).status, 200);
});

test('the last tag leaves an empty list', async t => {
  const { ask } = await serveForTest(t);
  await pushManifest(ask, 'team/app', indexOf([]), 'only');
  await ask('DELETE', '/v2/team/app/manifests/only');
  deepEqual((await ask('GET', '/v2/team/app/tags/list')).json(), { name: 'team/app', tags: [] });
});

test('a blob is deleted at once, in its repository alone, and can be pushed again', async t => {
  const { ask } = await serveForTest(t);
  for (const name of ['team/app', 'elsewhere']) await pushBlob(ask, name, 'hello');
  const path = `/v2/team/app/blobs/${sha256('hello')}`;
  equal((await ask('DELETE', path)).status, 202);
  equal((await ask('HEAD', path)).status, 404);
  const again = await ask('DELETE', path);
  deepEqual([again.status, ...again.codes()], [404, 'BLOB_UNKNOWN']);
  equal((await ask('GET', `/v2/elsewhere/blobs/${sha256('hello')}`)).body.toString(), 'hello');
  equal(await pushBlob(ask, 'team/app', 'hello'), 201);
  equal((await ask('GET', path)).body.toString(), 'hello');
});

test('what was deleted is gone and what was pushed is there after a restart', async t => {
  const first = await serveForTest(t);
  const kept = manifestOf({ extra: { subject: manifestOf().descriptor } });
  await pushManifest(first.ask, 'team/app', kept, 'kept');
  await pushManifest(first.ask, 'team/app', manifestOf({ layers: ['gone'] }), 'gone');
  await first.ask('DELETE', '/v2/team/app/manifests/gone');
  const begun = await first.ask('POST', '/v2/team/app/blobs/uploads/');
  await first.ask('PATCH', begun.headers.location ?? '', { body: 'first half, ' });
  await first.registry.stop();
  const { ask } = await serveForTest(t, { directory: first.directory });
  deepEqual((await ask('GET', '/v2/team/app/tags/list')).json(), { name: 'team/app', tags: ['kept'] });
  sameBytes((await ask('GET', '/v2/team/app/manifests/kept')).body, kept.bytes);
  equal((await ask('GET', begun.headers.location ?? '')).headers.range, '0-11');
  const whole = 'first half, second half';
  const done = await ask('PUT', `${begun.headers.location}?digest=${sha256(whole)}`, {
    headers: { 'content-range': '12-22' },
    body: 'second half',
  });
  equal(done.status, 201);
  equal((await ask('GET', done.headers.location ?? '')).body.toString(), whole);
});

test('a registry that only reads refuses everything else', async t => {
  const first = await serveForTest(t);
  await pushManifest(first.ask, 'team/app', manifestOf(), 'v1');
  await first.registry.stop();
  const { ask } = await serveForTest(t, { directory: first.directory, isReadOnly: true });
  equal((await ask('GET', '/v2/team/app/manifests/v1')).status, 200);
  for (const [method, path] of [
    ['POST', '/v2/team/app/blobs/uploads/'],
    ['PUT', '/v2/team/app/manifests/v2'],
    ['DELETE', '/v2/team/app/manifests/v1'],
    ['DELETE', `/v2/team/app/blobs/${sha256('layer one')}`],
  ] as const) {
    const refused = await ask(method, path);
    deepEqual([refused.status, ...refused.codes()], [405, 'UNSUPPORTED'], `${method} ${path}`);
  }
});
