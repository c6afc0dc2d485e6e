import { deepEqual, equal } from 'node:assert/strict';
import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  indexOf,
  manifestOf,
  pushBlob,
  pushManifest,
  serveForTest,
  sha256,
  type TestRegistry,
} from '../testing/index.ts';

const HOUR = 3_600_000;

/** A registry whose clock can be moved on. */
async function withClock(
  t: TestContext,
  collecting: { readonly untaggedMs?: number } = {},
): Promise<TestRegistry & { later(ms: number): void }> {
  let moved = 0;
  const served = await serveForTest(t, {
    now: () => Date.now() + moved,
    collecting: { graceMs: HOUR, ...collecting },
  });
  return {
    ...served,
    later: ms => {
      moved += ms;
    },
  };
}

function blobsIn({ directory }: TestRegistry): readonly string[] {
  return readdirSync(join(directory, 'blobs', 'sha256')).toSorted();
}

function digits(...contents: readonly (string | Uint8Array)[]): readonly string[] {
  return contents.map(content => sha256(content).slice(7)).toSorted();
}

test('what no manifest needs goes after its grace, and what one needs stays', async t => {
  const served = await withClock(t);
  const { ask, registry } = served;
  const manifest = manifestOf();
  await pushManifest(ask, 'team/app', manifest, 'v1');
  await pushBlob(ask, 'team/app', 'orphan');
  await registry.collect();
  equal(blobsIn(served).length, 5);
  served.later(2 * HOUR);
  await registry.collect();
  deepEqual(blobsIn(served), digits(manifest.bytes, ...manifest.blobs));
  equal((await ask('HEAD', `/v2/team/app/blobs/${sha256('orphan')}`)).status, 404);
  equal((await ask('GET', '/v2/team/app/manifests/v1')).status, 200);
});

test('deleted manifests take their blobs along, but not those that another one needs', async t => {
  const served = await withClock(t);
  const { ask, registry } = served;
  const kept = manifestOf({ layers: ['shared', 'kept'] });
  const gone = manifestOf({ layers: ['shared', 'gone'] });
  await pushManifest(ask, 'one', kept, 'kept');
  await pushManifest(ask, 'two', gone, 'gone');
  await ask('DELETE', `/v2/two/manifests/${gone.digest}`);
  served.later(2 * HOUR);
  await registry.collect();
  deepEqual(blobsIn(served), digits(kept.bytes, ...kept.blobs));
  equal((await ask('HEAD', `/v2/two/blobs/${sha256('shared')}`)).status, 404);
});

test('what a client has just seen or mounted stays, so that its manifest can still come', async t => {
  const served = await withClock(t);
  const { ask, registry } = served;
  const manifest = manifestOf();
  for (const blob of manifest.blobs) await pushBlob(ask, 'team/app', blob);
  served.later(2 * HOUR);
  for (const blob of manifest.blobs) await ask('HEAD', `/v2/team/app/blobs/${sha256(blob)}`);
  await ask('POST', `/v2/other/blobs/uploads/?mount=${sha256('layer one')}&from=team/app`);
  await registry.collect();
  equal((await ask('HEAD', `/v2/other/blobs/${sha256('layer one')}`)).status, 200);
  served.later(HOUR / 2);
  await registry.collect();
  equal((await pushManifest(ask, 'team/app', { ...manifest, blobs: [] }, 'v1')).status, 201);
});

test('a blob that was seen is spared after a restart too', async t => {
  const served = await withClock(t);
  await pushBlob(served.ask, 'team/app', 'seen');
  await pushBlob(served.ask, 'team/app', 'unseen');
  served.later(2 * HOUR);
  await served.ask('HEAD', `/v2/team/app/blobs/${sha256('seen')}`);
  await served.registry.stop();
  const now = (): number => Date.now() + 2 * HOUR;
  const again = await serveForTest(t, { directory: served.directory, now, collecting: { graceMs: HOUR } });
  await again.registry.collect();
  deepEqual(blobsIn(again), digits('seen'));
});

test('uploads under way are spared, and those that nobody goes on with are forgotten', async t => {
  const served = await withClock(t);
  const { ask, registry, directory } = served;
  const { headers } = await ask('POST', '/v2/team/app/blobs/uploads/');
  await ask('PATCH', headers.location ?? '', { body: 'half' });
  served.later(20 * HOUR);
  await registry.collect();
  equal((await ask('PATCH', headers.location ?? '', { body: ' whole' })).status, 202);
  served.later(25 * HOUR);
  await registry.collect();
  equal((await ask('GET', headers.location ?? '')).status, 404);
  deepEqual(readdirSync(join(directory, 'uploads')), []);
});

test('uploads of a process before this one are forgotten when they are old', async t => {
  const first = await serveForTest(t);
  const location = String((await first.ask('POST', '/v2/a/blobs/uploads/')).headers.location);
  await first.registry.stop();
  const upload = join(first.directory, 'uploads', location.split('/').at(-1) ?? '');
  const old = new Date(Date.now() - 48 * HOUR);
  for (const path of [join(upload, 'data'), upload]) utimesSync(path, old, old);
  const { registry } = await serveForTest(t, { directory: first.directory });
  await registry.collect();
  equal(existsSync(upload), false);
});

test('manifests without a tag stay unless it is told, and then only those that nothing keeps go', async t => {
  const served = await withClock(t, { untaggedMs: 24 * HOUR });
  const { ask, registry } = served;
  const child = manifestOf({ layers: ['child'] });
  const index = indexOf([child.descriptor]);
  const signature = manifestOf({ layers: ['signature'], extra: { subject: index.descriptor } });
  const replaced = manifestOf({ layers: ['replaced'] });
  const aboutReplaced = manifestOf({ layers: ['about'], extra: { subject: replaced.descriptor } });
  for (const each of [child, signature, aboutReplaced]) await pushManifest(ask, 'app', each);
  await pushManifest(ask, 'app', replaced, 'v1');
  await pushManifest(ask, 'app', index, 'v1');
  served.later(23 * HOUR);
  await registry.collect();
  equal((await ask('HEAD', `/v2/app/manifests/${replaced.digest}`)).status, 200);
  served.later(26 * HOUR);
  await registry.collect();
  for (const [{ digest }, status] of [
    [index, 200],
    [child, 200],
    [signature, 200],
    [replaced, 404],
    [aboutReplaced, 404],
  ] as const) {
    equal((await ask('HEAD', `/v2/app/manifests/${digest}`)).status, status);
  }
  equal(blobsIn(served).includes(sha256('replaced').slice(7)), false);
});

test('pulls and pushes at the same time lose nothing to a collection', async t => {
  const { ask, registry, directory } = await serveForTest(t, { collecting: { graceMs: 1000 } });
  const stop = new AbortController();
  const collecting = (async () => {
    while (!stop.signal.aborted) await registry.collect();
  })();
  const push = async (n: number): Promise<void> => {
    for (let i = 0; i < 6; i++) {
      // All share a layer that is an orphan again and again.
      const manifest = manifestOf({ layers: ['shared', `own ${n} ${i}`] });
      equal((await pushManifest(ask, `app${n}`, manifest, 'v')).status, 201);
      for (const blob of manifest.blobs) {
        equal((await ask('GET', `/v2/app${n}/blobs/${sha256(blob)}`)).status, 200);
      }
      await ask('DELETE', `/v2/app${n}/manifests/${manifest.digest}`);
    }
  };
  await Promise.all([0, 1, 2, 3].map(push));
  stop.abort();
  await collecting;
  deepEqual(readdirSync(join(directory, 'uploads')), []);
});
