import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SampanError } from '../../../core/errors/index.ts';
import { isBlobDigest } from '../base/index.ts';
import { manifestOf, sameBytes, serveForTest, sha256, type TestRegistry } from '../testing/index.ts';
import { openMirror } from './mirror.ts';
import { type FakeUpstream, fakeUpstream, inPieces, offer } from './testing/index.ts';

interface Mirrored extends TestRegistry {
  readonly upstream: FakeUpstream;
  later(ms: number): void;
}

async function mirrored(t: TestContext, prefix = ''): Promise<Mirrored> {
  let moved = 0;
  const now = (): number => Date.now() + moved;
  const upstream = fakeUpstream();
  const options = { routes: [{ prefix, upstream }], ttlMs: 60_000, timeoutMs: 2000, pauseMs: 5, now };
  const served = await serveForTest(t, {
    now,
    mirror: (storage, metrics) => openMirror(storage, metrics, options),
  });
  return {
    ...served,
    upstream,
    later: ms => {
      moved += ms;
    },
  };
}

const AWAY = new SampanError('unavailable', 'connection refused');

async function statesOf({ ask }: TestRegistry): Promise<readonly Record<string, unknown>[]> {
  return JSON.parse((await ask('GET', '/status')).body.toString()).mirrors;
}

test('what is pulled comes from upstream once, and from here afterwards', async t => {
  const { ask, upstream } = await mirrored(t);
  const manifest = manifestOf({ layers: [randomBytes(200_000)] });
  offer(upstream, 'library/app:v1', manifest);
  for (let i = 0; i < 3; i++) {
    sameBytes((await ask('GET', '/v2/library/app/manifests/v1')).body, manifest.bytes);
    for (const blob of manifest.blobs) {
      const got = await ask('GET', `/v2/library/app/blobs/${sha256(blob)}`);
      deepEqual([got.status, got.headers['content-length']], [200, `${blob.length}`]);
      sameBytes(got.body, blob);
    }
  }
  const blobs = upstream.asked.filter(each => each.startsWith('blob'));
  deepEqual([upstream.asked[0], blobs.length], ['HEAD library/app:v1', 2]);
  deepEqual((await ask('GET', '/v2/library/app/tags/list')).json(), { name: 'library/app', tags: ['v1'] });
});

test('what is here is served while the upstream is away, and the state says so', async t => {
  const served = await mirrored(t);
  const { ask, upstream } = served;
  const manifest = manifestOf();
  offer(upstream, 'library/app:v1', manifest);
  await ask('GET', '/v2/library/app/manifests/v1');
  for (const blob of manifest.blobs) await ask('GET', `/v2/library/app/blobs/${sha256(blob)}`);
  deepEqual(
    (await statesOf(served)).map(each => each.stale),
    [false],
  );
  upstream.down = AWAY;
  served.later(120_000);
  equal((await ask('GET', '/v2/library/app/manifests/v1')).status, 200);
  deepEqual((await ask('GET', `/v2/library/app/blobs/${sha256('layer one')}`)).body.toString(), 'layer one');
  deepEqual((await ask('GET', '/v2/library/app/tags/list')).json(), { name: 'library/app', tags: ['v1'] });
  equal((await ask('GET', `/v2/library/app/referrers/${manifest.digest}`)).status, 200);
  for (const tag of ['', '.sig', '.att', '.sbom'].map(end => manifest.digest.replace(':', '-') + end))
    equal((await ask('GET', `/v2/library/app/manifests/${tag}`)).status, 404, tag);
  equal((await ask('GET', '/v2/library/app/manifests/v2')).status, 503);
  const [state] = await statesOf(served);
  deepEqual([state?.repository, state?.stale], ['library/app', true]);
  match(String(state?.lastError), /refused/);
  equal((await ask('GET', '/v2/library/app/manifests/v2')).status, 503);
  equal((await ask('GET', `/v2/library/app/blobs/${sha256('never pulled')}`)).status, 503);
  match((await ask('GET', '/metrics')).body.toString(), /mirror_requests_total\{outcome="stale"\} 1/);
});

test('a tag is believed for its time, then asked for by HEAD, and fetched when it has moved', async t => {
  const served = await mirrored(t);
  const { ask, upstream } = served;
  const [old, young] = [manifestOf({ layers: ['old'] }), manifestOf({ layers: ['young'] })];
  offer(upstream, 'app:v1', old);
  const get = async () => (await ask('GET', '/v2/app/manifests/v1')).body;
  sameBytes(await get(), old.bytes);
  offer(upstream, 'app:v1', young);
  sameBytes(await get(), old.bytes);
  served.later(61_000);
  sameBytes(await get(), young.bytes);
  upstream.asked.length = 0;
  served.later(61_000);
  sameBytes(await get(), young.bytes);
  deepEqual(upstream.asked, ['HEAD app:v1']);
  upstream.tagged.clear();
  served.later(61_000);
  equal((await ask('GET', '/v2/app/manifests/v1')).status, 404);
});

test('an upstream that is away is left alone for a while, then asked again', async t => {
  const served = await mirrored(t);
  const { ask, upstream } = served;
  upstream.down = AWAY;
  for (let i = 0; i < 5; i++) equal((await ask('GET', '/v2/app/manifests/v1')).status, 503);
  equal(upstream.asked.length, 1);
  upstream.down = undefined;
  offer(upstream, 'app:v1', manifestOf());
  served.later(3000);
  equal((await ask('GET', '/v2/app/manifests/v1')).status, 200);
});

test('many pulls of one blob fetch it once, and stream while it arrives', async t => {
  const { ask, upstream, port } = await mirrored(t);
  const bytes = randomBytes(400_000);
  const gate = Promise.withResolvers<void>();
  upstream.stream = async function* (all, from) {
    yield all.subarray(from, from + 300_000);
    await gate.promise;
    yield all.subarray(from + 300_000);
  };
  const digest = sha256(bytes);
  if (isBlobDigest(digest)) upstream.contents.set(digest, bytes);
  const first = await fetch(`http://127.0.0.1:${port}/v2/app/blobs/${digest}`);
  const reader = first.body?.getReader();
  // Bytes are here although the upstream has not given all.
  ok(((await reader?.read())?.value?.length ?? 0) > 0);
  const others = Array.from({ length: 8 }, () => ask('GET', `/v2/app/blobs/${digest}`));
  const part = ask('GET', `/v2/app/blobs/${digest}`, { headers: { range: 'bytes=1000-1999' } });
  sameBytes((await part).body, bytes.subarray(1000, 2000));
  gate.resolve();
  for (const other of await Promise.all(others)) sameBytes(other.body, bytes);
  await reader?.cancel();
  deepEqual(
    upstream.asked.filter(each => each.startsWith('blob')),
    ['blob from 0'],
  );
});

test('a download that breaks off goes on where it was', async t => {
  const { ask, upstream } = await mirrored(t);
  const bytes = randomBytes(300_000);
  let breaks = 2;
  upstream.stream = async function* (all, from) {
    for await (const piece of inPieces(all, from)) {
      yield piece;
      if (breaks > 0) {
        breaks -= 1;
        throw AWAY;
      }
    }
  };
  const digest = sha256(bytes);
  if (isBlobDigest(digest)) upstream.contents.set(digest, bytes);
  sameBytes((await ask('GET', `/v2/app/blobs/${digest}`)).body, bytes);
  deepEqual(upstream.asked, ['blob from 0', 'blob from 50000', 'blob from 100000']);
});

const WRONGS: Readonly<Record<string, (bytes: Buffer, from: number) => AsyncIterable<Uint8Array>>> = {
  'wrong bytes': async function* (bytes) {
    yield Buffer.alloc(bytes.length);
  },
  'too many bytes': async function* (bytes) {
    yield bytes;
    yield bytes;
  },
  'the end too early': async function* (bytes, from) {
    if (from === 0) yield bytes.subarray(0, 5);
  },
};

for (const [what, stream] of Object.entries(WRONGS)) {
  test(`an upstream that sends ${what} is not believed, and nobody gets the whole`, {
    timeout: 60_000,
  }, async t => {
    const served = await mirrored(t);
    const { ask, upstream, directory } = served;
    upstream.stream = stream;
    const bytes = randomBytes(100_000);
    const digest = sha256(bytes);
    if (isBlobDigest(digest)) upstream.contents.set(digest, bytes);
    // Either it broke before anything went out, or the connection is cut in the middle.
    const got = await ask('GET', `/v2/app/blobs/${digest}`).catch(() => undefined);
    ok(got === undefined || got.status === 503);
    deepEqual(readdirSync(join(directory, 'blobs', 'sha256')), []);
    upstream.stream = inPieces;
    served.later(600_000);
    sameBytes((await ask('GET', `/v2/app/blobs/${digest}`)).body, bytes);
  });
}

test('a download goes on when the client leaves, and HEAD does not begin one', async t => {
  const { ask, upstream, port } = await mirrored(t);
  const bytes = randomBytes(200_000);
  const digest = sha256(bytes);
  if (isBlobDigest(digest)) upstream.contents.set(digest, bytes);
  const head = await ask('HEAD', `/v2/app/blobs/${digest}`);
  deepEqual([head.status, head.headers['content-length'], upstream.asked], [200, '200000', ['stat']]);
  const gate = Promise.withResolvers<void>();
  upstream.stream = async function* (all) {
    yield all.subarray(0, 1000);
    await gate.promise;
    yield all.subarray(1000);
  };
  const leaving = new AbortController();
  const pull = fetch(`http://127.0.0.1:${port}/v2/app/blobs/${digest}`, { signal: leaving.signal });
  await pull;
  leaving.abort();
  gate.resolve();
  while (upstream.asked.length < 9 && !(await isStored())) await sleep(20);
  upstream.down = AWAY;
  sameBytes((await ask('GET', `/v2/app/blobs/${digest}`)).body, bytes);

  async function isStored(): Promise<boolean> {
    return /"uploads":0/.test((await ask('GET', '/status')).body.toString());
  }
});

test('only names under the prefix are mirrored, and nothing is pushed there', async t => {
  const { ask, upstream } = await mirrored(t, 'hub');
  offer(upstream, 'library/app:v1', manifestOf());
  equal((await ask('GET', '/v2/hub/library/app/manifests/v1')).status, 200);
  equal((await ask('GET', '/v2/library/app/manifests/v1')).status, 404);
  equal((await ask('POST', '/v2/library/app/blobs/uploads/')).status, 202);
  const refused = await ask('POST', '/v2/hub/library/app/blobs/uploads/');
  deepEqual([refused.status, ...refused.codes()], [403, 'DENIED']);
});

test('the state is still known after a restart', async t => {
  const served = await mirrored(t);
  offer(served.upstream, 'app:v1', manifestOf());
  await served.ask('GET', '/v2/app/manifests/v1');
  await served.registry.stop();
  const options = {
    routes: [{ prefix: '', upstream: fakeUpstream() }],
    ttlMs: 1,
    timeoutMs: 1,
    now: Date.now,
  };
  const again = await serveForTest(t, {
    directory: served.directory,
    mirror: (storage, metrics) => openMirror(storage, metrics, options),
  });
  const [state] = await statesOf(again);
  deepEqual([state?.repository, state?.upstream, state?.stale], ['app', 'https://upstream.example', false]);
});
