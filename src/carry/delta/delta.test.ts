import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { digestOf } from '../../core/bytes/index.ts';
import { imageFrom, importPlain, nameStored, type StoreContext } from '../../core/store/index.ts';
import {
  fail,
  type ImageOptions,
  putImage,
  type TestEntry,
  tarOf,
  testContext,
} from '../../core/store/testing/index.ts';
import { isDeltaFile, openDelta } from './index.ts';
import { deltaOf, randomFrom } from './testing/index.ts';

type Context = StoreContext & { readonly at: string };

/** Applies a delta on a machine that has only the old image; returns what the store has then. */
async function applied(context: Context, path: string, old: ImageOptions) {
  const { blobs } = context.store;
  await nameStored(context.store, 'old:1', {
    root: await importPlain(blobs, blobs, await putImage(blobs, old)),
  });
  await using delta = await openDelta(path, context);
  const [image] = delta.images;
  ok(image !== undefined);
  const root = await importPlain(delta.source, context.store.blobs, image.root);
  return { root, image: imageFrom(context.store.blobs, root), delta };
}

const TEXT = 'the quick brown fox jumps over the lazy dog\n';

test('an image comes out of a delta as it went in, manifest and all', async t => {
  const shared = tarOf([{ path: 'base', content: 'base' }]);
  const old = {
    layers: [shared, tarOf([{ path: 'app.js', content: TEXT.repeat(2000) }])],
    compression: 'gzip' as const,
  };
  const fresh = {
    layers: [shared, tarOf([{ path: 'app.js', content: `${TEXT.repeat(1000)}new${TEXT.repeat(1000)}` }])],
    compression: 'gzip' as const,
  };
  const here = await testContext(t);
  const report = await deltaOf(here, { old, new: fresh });
  deepEqual([report.layers, report.unchangedLayers], [2, 1]);
  ok(report.sizeBytes < 2000, `${report.sizeBytes} bytes`);
  const there = await testContext(t);
  const result = await applied(there, report.path, old);
  const same = await testContext(t);
  const whole = await importPlain(
    here.store.blobs,
    same.store.blobs,
    await putImage(here.store.blobs, fresh),
  );
  equal(result.root.digest, whole.digest);
  equal(result.delta.original, report.digest);
});

test('the same two images give the same delta', async t => {
  const images = {
    old: { layers: [tarOf([{ path: 'a', content: TEXT }])] },
    new: { layers: [tarOf([{ path: 'a', content: 'b' }])] },
  };
  const first = await deltaOf(await testContext(t), images);
  const second = await deltaOf(await testContext(t), images);
  deepEqual(readFileSync(first.path), readFileSync(second.path));
});

test('files that only got a new time cost a few bytes each', async t => {
  const random = randomFrom(7);
  const files = Array.from({ length: 200 }, (_, i) => ({
    path: `srv/file-${i}`,
    content: Buffer.from(Array.from({ length: 2000 }, () => Math.floor(random() * 256))),
  }));
  const report = await deltaOf(await testContext(t), {
    old: { layers: [tarOf(files)] },
    new: { layers: [tarOf(files.map(file => ({ ...file, mtime: 1_700_000_000 })))] },
  });
  equal(report.changedBytes, 0);
  ok(report.sizeBytes < 2500, `${report.sizeBytes} bytes`);
});

test('any pair of trees gives the identical layer again', async t => {
  for (let seed = 1; seed <= 6; seed += 1) {
    const random = randomFrom(seed * 7919);
    const old = { layers: [randomTree(random, []), randomTree(random, [])].map(tarOf) };
    const base = randomTree(randomFrom(seed * 7919), []);
    const fresh = { layers: [tarOf(randomTree(random, base))] };
    const report = await deltaOf(await testContext(t), { old, new: fresh });
    const { image } = await applied(await testContext(t), report.path, old);
    const [layer] = await image.layers();
    equal(layer?.diffId, digestOf(fresh.layers[0]!), `seed ${seed}`);
    for await (const _ of layer.tar()) void _;
  }
});

/** Some files, some of them like those of another tree: changed, moved, cut, doubled, or with other headers. */
function randomTree(random: () => number, like: readonly TestEntry[]): readonly TestEntry[] {
  const below = (most: number): number => Math.floor(random() * most);
  const bytes = (size: number): Buffer => Buffer.from(Array.from({ length: size }, () => below(4) * 61));
  return Array.from({ length: 20 }, (_, i): TestEntry => {
    const other = like[below(like.length)];
    const content = Buffer.from(other?.content ?? bytes(below(9000)));
    const at = below(content.length + 1);
    const changes = [
      content,
      Buffer.concat([content.subarray(0, at), bytes(20), content.subarray(at)]),
      Buffer.concat([content.subarray(at), content.subarray(0, at)]),
      content.subarray(at),
      Buffer.concat([content, content]),
    ];
    if (i % 7 === 6) return { path: `d${i}`, type: 'directory', mode: 0o755 };
    if (i % 7 === 5) return { path: `l${i}`, type: 'symlink', linkPath: `d${i}/../x` };
    // Long names have extended headers.
    const path = i % 7 === 4 ? `${'long/'.repeat(60)}${i}` : (other?.path ?? `f${below(30)}`);
    return { path, content: changes[below(changes.length)]!, mtime: below(1e9), mode: 0o600 + below(64) };
  });
}

test('an image with other bytes under the same path is told from the old one', async t => {
  const old = { layers: [tarOf([{ path: 'a', content: TEXT.repeat(50) }])] };
  const report = await deltaOf(await testContext(t), {
    old,
    new: { layers: [tarOf([{ path: 'a', content: `${TEXT.repeat(50)}!` }])] },
  });
  ok(isDeltaFile(report.path));
  const other = { layers: [tarOf([{ path: 'a', content: TEXT.repeat(51) }])] };
  const there = await testContext(t);
  await rejects(
    applied(there, report.path, other),
    fail('not-found', 'builds on', 'old:1', digestOf(old.layers[0]!).slice(0, 19)),
  );
});

test('where the new image is already, nothing of the old one is needed', async t => {
  const images = {
    old: { layers: [tarOf([{ path: 'a', content: TEXT }])] },
    new: { layers: [tarOf([{ path: 'a', content: 'b' }])] },
  };
  const report = await deltaOf(await testContext(t), images);
  const there = await testContext(t);
  await putImage(there.store.blobs, images.new);
  await using delta = await openDelta(report.path, there);
  equal(delta.old, undefined);
});

test('an old layer that was changed on disk is noticed, and nothing is stored', async t => {
  const random = randomFrom(5);
  const content = Buffer.from(Array.from({ length: 9000 }, () => Math.floor(random() * 256)));
  const old = { layers: [tarOf([{ path: 'a', content }])] };
  const report = await deltaOf(await testContext(t), {
    old,
    new: { layers: [tarOf([{ path: 'a', content: content.subarray(1) }])] },
  });
  const there = await testContext(t);
  await putImage(there.store.blobs, old);
  const path = `${there.store.directory}/blobs/sha256/${digestOf(old.layers[0]!).slice(7)}`;
  const bytes = readFileSync(path);
  bytes[5000] = 0;
  writeFileSync(path, bytes);
  await using delta = await openDelta(report.path, there);
  const before = await Array.fromAsync(there.store.blobs.list());
  await rejects(importPlain(delta.source, there.store.blobs, delta.images[0]!.root), fail('integrity'));
  deepEqual(await Array.fromAsync(there.store.blobs.list()), before);
});
