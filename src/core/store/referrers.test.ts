import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hexOf } from '../bytes/index.ts';
import { type Descriptor, MEDIA } from '../oci/index.ts';
import { memoryStore } from './memory.ts';
import type { BlobStore } from './port.ts';
import { isReferrerSource, referrersAmong, withReferrers } from './referrers.ts';
import { fail, putImage, streamOf, tarOf } from './testing/index.ts';

async function attach(store: BlobStore, subject: Descriptor, what: string): Promise<Descriptor> {
  const config = await store.put(streamOf('{}'), { mediaType: MEDIA.empty });
  const artifactType = `application/x.${what}`;
  const manifest = { schemaVersion: 2, mediaType: MEDIA.manifest, artifactType, config, layers: [], subject };
  const stored = await store.put(streamOf(JSON.stringify(manifest)), { mediaType: MEDIA.manifest });
  return { ...stored, artifactType };
}

function named(entry: Descriptor, name: string): Descriptor {
  return { ...entry, annotations: { 'org.opencontainers.image.ref.name': name } };
}

async function image(store: BlobStore): Promise<Descriptor> {
  return await putImage(store, { layers: [tarOf([{ path: 'a', content: 'a' }])] });
}

test('what refers to an image is found by its subject, by the fallback tag and by old tags', async () => {
  const store = memoryStore();
  const root = await image(store);
  const [one, two, three] = [
    await attach(store, root, 'one'),
    await attach(store, root, 'two'),
    await attach(store, { ...root, digest: one0 }, 'three'),
  ];
  const list = { schemaVersion: 2, mediaType: MEDIA.index, manifests: [two] };
  const index = await store.put(streamOf(JSON.stringify(list)), { mediaType: MEDIA.index });
  const fallback = `sha256-${hexOf(root.digest)}`;
  const entries = [named(root, 'app:1'), one, named(index, fallback), named(three, `app:${fallback}.sig`)];
  const found = await referrersAmong(entries, store, { subject: root.digest });
  assert.deepEqual(new Set(found.map(each => each.digest)), new Set([one.digest, two.digest, three.digest]));
  assert.ok(found.every(each => each.annotations === undefined));
  assert.deepEqual(await referrersAmong(entries, store, { subject: one.digest }), []);
});

const one0 = `sha256:${'0'.repeat(64)}` as const;

test('an entry whose document is not there is passed over, and too many are refused', async () => {
  const store = memoryStore();
  const root = await image(store);
  const lost: Descriptor = { mediaType: MEDIA.manifest, digest: one0, size: 9 };
  const source = withReferrers(store, async () => [lost]);
  assert.ok(isReferrerSource(source));
  assert.equal(isReferrerSource(store), false);
  assert.deepEqual(await source.referrers(root.digest), []);
  const many = new Array<Descriptor>(10_001).fill(lost);
  await assert.rejects(referrersAmong(many, store, { subject: root.digest }), fail('limit', '10001'));
});
