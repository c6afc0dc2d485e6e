import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { digestOf, readStream } from '../../core/bytes/index.ts';
import { isSampanError } from '../../core/errors/index.ts';
import { type Descriptor, MEDIA } from '../../core/oci/index.ts';
import { openSource, openTarget } from '../../core/store/index.ts';
import { fail, scratch, testContext } from '../../core/store/testing/index.ts';
import { openRegistries, removeOldParts } from './index.ts';
import { type FakeCall, fakeRegistry, type Intercept, putFakeImage, testTools } from './testing/index.ts';

test('an image comes into the store whole, and a second time nothing of its blobs is fetched', async t => {
  const registry = await fakeRegistry(t);
  const { root } = putFakeImage(registry, 'team/app:1');
  const context = await testContext(t, { registries: openRegistries(testTools()) });
  for (const expected of [1, 1]) {
    await using image = await openSource(`docker://${registry.host}/team/app:1`, context);
    assert.equal(image.root.digest, root.digest);
    assert.equal(image.reference, `${registry.host}/team/app:1`);
    const written = await openTarget('store:app', context).write(image.source, image.root);
    assert.equal(written.root.digest, root.digest);
    const fetched = registry.seen.filter(({ method, path }) => method === 'GET' && path.includes('/blobs/'));
    // The configuration is asked for each time, the layer once.
    assert.equal(fetched.filter(({ path }) => path.includes(image.root.digest)).length, 0);
    assert.equal(fetched.filter(each => each.path.includes(putLayer(registry))).length, expected);
  }
});

function putLayer(registry: { readonly blobs: ReadonlyMap<string, Buffer> }): string {
  const [largest] = [...registry.blobs].toSorted(([, a], [, b]) => b.length - a.length);
  return largest?.[0].split('@')[1] ?? '';
}

test('a name without a tag means latest, one with a digest means those bytes and no others', async t => {
  const registry = await fakeRegistry(t);
  const { root } = putFakeImage(registry, 'app:latest');
  const other = putFakeImage(registry, 'app:other');
  const context = await testContext(t, { registries: openRegistries(testTools()) });
  await using latest = await openSource(`docker://${registry.host}/app`, context);
  assert.equal(latest.root.digest, root.digest);
  await using pinned = await openSource(`docker://${registry.host}/app:latest@${other.root.digest}`, context);
  assert.equal(pinned.root.digest, other.root.digest);
  const missing = `docker://${registry.host}/app@${digestOf('nothing')}`;
  await assert.rejects(openSource(missing, context), fail('not-found', 'MANIFEST_UNKNOWN'));
});

const MANIFEST = /\/manifests\//;

/** Each answer to a request for a manifest, and the error that it must become. */
const WRONG: readonly [string, (call: FakeCall) => void, Parameters<typeof fail>][] = [
  [
    'a web page',
    ({ response }) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>log in</html>'),
    ['invalid', 'text/html'],
  ],
  [
    'garbage as a manifest',
    ({ response }) => response.writeHead(200, { 'content-type': MEDIA.manifest }).end('{"schema'),
    ['invalid', 'not JSON'],
  ],
  [
    'another type than inside',
    ({ response }) =>
      response
        .writeHead(200, { 'content-type': MEDIA.index })
        .end(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.manifest, manifests: [] })),
    ['invalid', MEDIA.manifest],
  ],
  [
    'an announced size of 5 MiB',
    ({ response }) =>
      response.writeHead(200, { 'content-type': MEDIA.manifest, 'content-length': 5 << 20 }).write('{'),
    ['limit', '4194304'],
  ],
  [
    'five MiB without a word',
    ({ response }) =>
      response.writeHead(200, { 'content-type': MEDIA.manifest }).end(Buffer.alloc(5 << 20, 32)),
    ['limit', '4194304'],
  ],
  [
    'another digest than announced',
    ({ response }) =>
      response
        .writeHead(200, { 'content-type': MEDIA.manifest, 'docker-content-digest': digestOf('x') })
        .end('{"schemaVersion":2}'),
    ['integrity', digestOf('x')],
  ],
  ['a schema 1 image', ({ response }) => schemaOne(response), ['unsupported', 'schema 1']],
  ['status 403', ({ response }) => response.writeHead(403).end(), ['denied', 'does not allow']],
  ['status 500', ({ response }) => response.writeHead(500).end('<html>'), ['unavailable', '500']],
  ['status 429 for ever', ({ response }) => response.writeHead(429).end(), ['limit', 'too many requests']],
  ['status 418', ({ response }) => response.writeHead(418).end(), ['invalid', '418']],
];

function schemaOne(response: FakeCall['response']): void {
  response
    .writeHead(200, { 'content-type': 'application/vnd.docker.distribution.manifest.v1+prettyjws' })
    .end('{}');
}

for (const [what, wrong, expected] of WRONG) {
  test(`${what} in place of a manifest is a clear error`, async t => {
    const registry = await fakeRegistry(t, call => {
      if (!MANIFEST.test(call.url.pathname)) return false;
      wrong(call);
      return true;
    });
    const context = await testContext(t, { registries: openRegistries(testTools()) });
    await assert.rejects(openSource(`docker://${registry.host}/app:1`, context), error => {
      assert.ok(fail(...expected)(error), String(error));
      assert.ok(isSampanError(error) && error.message.includes(registry.host));
      return true;
    });
  });
}

test('what a registry says is told without what steers a terminal or looks like a secret', async t => {
  const message = `\x1b[2Jno Bearer abc.def.ghi and ${'A'.repeat(100)}`;
  const registry = await fakeRegistry(t, ({ response }) => {
    response.writeHead(403, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ errors: [{ code: 'DENIED', message }] }));
    return true;
  });
  const context = await testContext(t, { registries: openRegistries(testTools()) });
  await assert.rejects(openSource(`docker://${registry.host}/app:1`, context), error => {
    assert.ok(isSampanError(error, 'denied') && error.message.includes('DENIED'));
    assert.ok(!['abc.def', '\x1b', 'AAAA'].some(each => error.message.includes(each)), error.message);
    return true;
  });
});

const readAll = async (source: { open(blob: Descriptor): AsyncIterable<Uint8Array> }, blob: Descriptor) =>
  await readStream(source.open(blob), 'blob', 1 << 26);

test('wrong bytes, and a wrong size, of a blob are errors, and nothing of it stays', async t => {
  const registry = await fakeRegistry(t);
  const { layer, tar } = putFakeImage(registry, 'app:1', 6_000_000);
  const ingestDirectory = join(scratch(t), 'ingest');
  const registries = openRegistries(testTools({}, { ingestDirectory }));
  const context = await testContext(t, { registries });
  await using image = await openSource(`docker://${registry.host}/app:1`, context);
  const flipped = Buffer.from(tar);
  flipped[3_000_000] = (flipped[3_000_000] ?? 0) ^ 1;
  for (const [bytes, word] of [
    [flipped, 'wanted sha256'],
    [tar.subarray(1), 'wanted'],
    [Buffer.concat([tar, tar]), 'wanted'],
  ] as const) {
    registry.blobs.set(`app@${layer.digest}`, bytes);
    await assert.rejects(openTarget('x', context).write(image.source, image.root), fail('integrity', word));
    assert.deepEqual(readdirSync(ingestDirectory), []);
    assert.equal(await context.store.blobs.has(layer.digest), false);
  }
});

/** A registry that breaks off at a byte of large blobs, wherever one begins. */
function cutting(cut: { at: number }): Intercept {
  return ({ request, response, registry: at, url }) => {
    const bytes = at.blobs.get(url.pathname.replace(/^\/v2\/(.*)\/blobs\//, '$1@'));
    if (request.method !== 'GET' || bytes === undefined || bytes.length < 1_000_000) return false;
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from >= cut.at) {
      response.destroy();
      return true;
    }
    const range = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(from === 0 ? 200 : 206, { ...range, 'content-length': bytes.length - from });
    if (cut.at >= bytes.length) response.end(bytes.subarray(from));
    else response.write(bytes.subarray(from, cut.at), () => response.destroy());
    return true;
  };
}

test('a blob for a layout is gone on with too, and its file becomes that of the layout', async t => {
  const cut = { at: 5_000_000 };
  const registry = await fakeRegistry(t, cutting(cut));
  const { layer, tar, root } = putFakeImage(registry, 'app:1', 9_000_000);
  const directory = scratch(t);
  const ingestDirectory = join(directory, 'ingest');
  const context = await testContext(t, { registries: openRegistries(testTools({}, { ingestDirectory })) });
  await using image = await openSource(`docker://${registry.host}/app:1`, context);
  const layout = openTarget(`oci:${directory}/layout:1`, context);
  await assert.rejects(layout.write(image.source, root), fail('unavailable'));
  const part = join(ingestDirectory, `${layer.digest.slice(7)}.idle`);
  assert.deepEqual(readFileSync(part), tar.subarray(0, statSync(part).size));
  const { ino } = statSync(part);
  cut.at = tar.length;
  const before = registry.seen.length;
  await layout.write(image.source, root);
  const ranges = registry.seen.slice(before).map(({ headers }) => headers.range);
  assert.ok(
    ranges.some(range => /^bytes=[45]\d{6}-$/.test(range ?? '')),
    `${ranges}`,
  );
  const file = join(directory, 'layout', 'blobs', 'sha256', layer.digest.slice(7));
  assert.ok(readFileSync(file).equals(tar));
  assert.equal(statSync(file).ino, ino, 'it was not written again');
  assert.deepEqual(readdirSync(ingestDirectory), []);
});

test('a part of a blob is kept, and another run goes on with the byte where it was', async t => {
  const cut = { at: 5_000_000 };
  const registry = await fakeRegistry(t, cutting(cut));
  const { layer, tar, root } = putFakeImage(registry, 'app:1', 9_000_000);
  const ingestDirectory = join(scratch(t), 'ingest');
  const registries = openRegistries(testTools({}, { ingestDirectory }));
  const context = await testContext(t, { registries });
  await using image = await openSource(`docker://${registry.host}/app:1`, context);
  await assert.rejects(openTarget('x', context).write(image.source, root), fail('unavailable'));
  const [kept = ''] = readdirSync(ingestDirectory);
  assert.equal(kept, `${layer.digest.slice(7)}.idle`);
  assert.equal(await removeOldParts(ingestDirectory), 0, 'it is kept for a week');
  // A power cut may leave rubbish where the last bytes should be.
  const path = join(ingestDirectory, kept);
  const journal = readFileSync(path);
  journal.fill(0, journal.length - 1000);
  writeFileSync(path, journal);
  cut.at = tar.length;
  const before = registry.seen.length;
  assert.deepEqual(await readAll(image.source, layer), tar);
  const resumed = registry.seen.slice(before).map(({ headers }) => headers.range ?? '');
  const from = Number(/\d+/.exec(resumed[0] ?? '')?.[0]);
  assert.ok(resumed.length === 1 && from > 3_000_000 && from < 5_000_000, `${resumed}`);
  writeFileSync(path, 'of another process that is gone');
  utimesSync(path, 1, 1);
  assert.equal(await removeOldParts(ingestDirectory), 31);
  assert.deepEqual(readdirSync(ingestDirectory), []);
});

test('mirrors come first, and where one fails the next goes on with the byte where it was', async t => {
  const home = await fakeRegistry(t);
  const { tar, layer, root } = putFakeImage(home, 'app:1', 500_000);
  const halfway = await fakeRegistry(t, ({ request, response, registry, url }) => {
    if (!url.pathname.includes(layer.digest) || request.method !== 'GET') return false;
    const bytes = registry.blobs.get(`app@${layer.digest}`) ?? Buffer.alloc(0);
    if (request.headers.range !== undefined) {
      response.writeHead(403).end();
      return true;
    }
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, 200_000), () => response.destroy());
    return true;
  });
  for (const [key, value] of home.manifests) halfway.manifests.set(key, value);
  for (const [key, value] of home.blobs) halfway.blobs.set(key, value);
  const empty = await fakeRegistry(t);
  const mirrorsOf = async () => [{ url: new URL(empty.origin) }, { url: new URL(`${halfway.origin}/v2/`) }];
  const context = await testContext(t, { registries: openRegistries(testTools({ mirrorsOf })) });
  await using image = await openSource(`docker://${home.host}/app:1`, context);
  assert.equal(image.root.digest, root.digest);
  assert.deepEqual(await readAll(image.source, layer), tar);
  assert.ok(empty.seen[0]?.path.includes(`ns=${encodeURIComponent(home.host)}`));
  assert.deepEqual(
    home.seen.filter(({ path }) => path.includes(layer.digest)).map(({ headers }) => headers.range),
    ['bytes=200000-'],
  );
});
