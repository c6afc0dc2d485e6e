import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { isSampanError } from '../errors/index.ts';
import { memoryStore } from './memory.ts';
import { openSource } from './open.ts';
import { openTarget } from './target.ts';
import { fail, putImage, tarOf, testContext } from './testing/index.ts';

const A = tarOf([{ path: 'a', content: 'A' }]);

test('a bare name is found in the store; when it is nowhere, the error names both places', async t => {
  const context = await testContext(t);
  const memory = memoryStore();
  await openTarget('app', context).write(memory, await putImage(memory, { layers: [A] }));
  await using image = await openSource('app:latest', context);
  assert.equal(image.name, 'store:app:latest');
  await assert.rejects(openSource('nowhere', context), fail('unavailable', 'nowhere', 'store', 'engine'));
  await assert.rejects(openSource('store:nowhere', context), fail('not-found', 'nowhere'));
});

test('a path is known by what is there', async t => {
  const context = await testContext(t);
  const memory = memoryStore();
  const root = await putImage(memory, { layers: [A] });
  for (const kind of ['docker-archive', 'oci-archive', 'oci']) {
    await openTarget(`${kind}:${context.at}/${kind}.tar`, context).write(memory, root);
    await using image = await openSource(`${context.at}/${kind}.tar`, context);
    assert.equal(image.image.descriptor.digest, root.digest);
    assert.ok(image.name.startsWith(`${kind}:`));
  }
});

test('several images of a layout are chosen by tag, and listed', async t => {
  const context = await testContext(t);
  const memory = memoryStore();
  const one = await putImage(memory, { layers: [A] });
  const two = await putImage(memory, { layers: [A, A] });
  await openTarget(`oci:${context.at}/lay:one`, context).write(memory, one);
  await openTarget(`oci:${context.at}/lay:two`, context).write(memory, two);
  await using image = await openSource(`oci:${context.at}/lay:two`, context);
  assert.equal(image.root.digest, two.digest);
  await assert.rejects(openSource(`oci:${context.at}/lay`, context), fail('usage', 'one, two'));
  await assert.rejects(openSource(`oci:${context.at}/lay:three`, context), fail('not-found', 'one, two'));
});

test('registries are unsupported, with what to do instead', async t => {
  const context = await testContext(t);
  const hasRemedy = (error: unknown): boolean =>
    isSampanError(error, 'unsupported') && error.remedy !== undefined;
  await assert.rejects(openSource('docker://nginx', context), hasRemedy);
  assert.throws(() => openTarget('docker://nginx', context), hasRemedy);
  assert.throws(() => openTarget('dir:/x', context), hasRemedy);
});

test('a bare name that is a file here says how to name the file', async t => {
  const context = await testContext(t);
  const before = process.cwd();
  process.chdir(context.at);
  t.after(() => process.chdir(before));
  writeFileSync('rootfs', '');
  await assert.rejects(
    openSource('rootfs', context),
    error => isSampanError(error) && error.remedy?.includes('./rootfs') === true,
  );
});

test('a compressed layer is inflated into the store once', async t => {
  const context = await testContext(t);
  const memory = memoryStore();
  const root = await putImage(memory, { layers: [A, A], compression: 'gzip' });
  await openTarget(`oci:${context.at}/lay`, context).write(memory, root);
  for (let again = 0; again < 2; again += 1) {
    await using image = await openSource(`oci:${context.at}/lay`, context);
    const layers = await image.localLayers();
    assert.equal(layers.length, 2);
    for (const layer of layers) await layer.verify();
  }
  assert.equal((await Array.fromAsync(context.store.blobs.list())).length, 1);
});

test('a target that cannot be written is denied, and says where', async t => {
  const context = await testContext(t);
  const memory = memoryStore();
  const root = await putImage(memory, { layers: [A] });
  mkdirSync(join(context.at, 'locked'));
  chmodSync(join(context.at, 'locked'), 0o500);
  const place = process.getuid?.() === 0 ? '/proc/self/out.tar' : `${context.at}/locked/out.tar`;
  await assert.rejects(openTarget(`oci-archive:${place}`, context).write(memory, root), error => {
    return (
      isSampanError(error) &&
      ['denied', 'not-found'].includes(error.code) &&
      /locked|proc/.test(error.message)
    );
  });
});
