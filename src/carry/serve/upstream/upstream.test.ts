import { deepEqual, equal } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { httpClient } from '../../http/index.ts';
import type { RegistrySettings } from '../../registry/index.ts';
import { openMirror } from '../mirror/index.ts';
import {
  indexOf,
  manifestOf,
  pushManifest,
  sameBytes,
  serveForTest,
  sha256,
  type TestRegistry,
} from '../testing/index.ts';
import { registryUpstream } from './upstream.ts';

const SETTINGS: RegistrySettings = {
  mirrorsOf: async () => [],
  hostSettings: async () => ({}),
  tlsFor: async () => ({}),
  credentialsFor: async () => undefined,
  isPlain: async () => true,
};

/** A registry, and another one that mirrors it under `up`. */
async function pair(t: TestContext): Promise<{ up: TestRegistry; mirror: TestRegistry; later(): void }> {
  const up = await serveForTest(t);
  let moved = 0;
  const now = (): number => Date.now() + moved;
  const send = httpClient({ maxAttempts: 1 });
  const upstream = registryUpstream(new URL(`http://127.0.0.1:${up.port}`), { send, settings: SETTINGS });
  const routes = [{ prefix: 'up', upstream }];
  const options = { routes, ttlMs: 60_000, timeoutMs: 2000, pauseMs: 5, now };
  const mirror = await serveForTest(t, {
    now,
    mirror: (storage, metrics) => openMirror(storage, metrics, options),
  });
  return {
    up,
    mirror,
    later: () => {
      moved += 120_000;
    },
  };
}

test('a registry of our own is mirrored, with its index, tags, ranges and referrers, and may then be away', async t => {
  const { up, mirror, later } = await pair(t);
  const layer = randomBytes(3 << 20);
  const image = manifestOf({ layers: [layer] });
  const index = indexOf([image.descriptor]);
  const signature = manifestOf({ layers: ['signature'], extra: { subject: index.descriptor } });
  await pushManifest(up.ask, 'team/app', image);
  await pushManifest(up.ask, 'team/app', index, 'v1');
  await pushManifest(up.ask, 'team/app', signature);
  const blob = `/v2/up/team/app/blobs/${sha256(layer)}`;
  const check = async (): Promise<void> => {
    sameBytes((await mirror.ask('GET', '/v2/up/team/app/manifests/v1')).body, index.bytes);
    sameBytes((await mirror.ask('GET', `/v2/up/team/app/manifests/${image.digest}`)).body, image.bytes);
    const part = await mirror.ask('GET', blob, { headers: { range: 'bytes=1000000-2000000' } });
    sameBytes(part.body, layer.subarray(1_000_000, 2_000_001));
    sameBytes((await mirror.ask('GET', blob)).body, layer);
    deepEqual((await mirror.ask('GET', '/v2/up/team/app/tags/list')).json(), {
      name: 'up/team/app',
      tags: ['v1'],
    });
    const found = await mirror.ask('GET', `/v2/up/team/app/referrers/${index.digest}`);
    deepEqual(JSON.parse(found.body.toString()).manifests[0]?.digest, signature.digest);
    equal((await mirror.ask('GET', `/v2/up/team/app/manifests/${signature.digest}`)).status, 200);
  };
  await check();
  await up.registry.stop();
  later();
  await check();
});

test('what the upstream does not have is unknown, not wrong', async t => {
  const { mirror } = await pair(t);
  equal((await mirror.ask('GET', '/v2/up/none/manifests/v1')).status, 404);
  equal((await mirror.ask('GET', `/v2/up/none/manifests/${sha256('x')}`)).status, 404);
  for (const method of ['GET', 'HEAD']) {
    equal((await mirror.ask(method, `/v2/up/none/blobs/${sha256('x')}`)).status, 404);
  }
  equal((await mirror.ask('GET', '/v2/up/none/tags/list')).status, 404);
});
