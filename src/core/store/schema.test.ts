import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { parsePlatform } from '../oci/index.ts';
import { readDocument } from './image.ts';
import { memoryStore } from './memory.ts';
import { openSource } from './open.ts';
import { openTarget } from './target.ts';
import { putImage, schemaErrors, streamOf, tarOf, testContext } from './testing/index.ts';

/** Of the Debian package golang-github-opencontainers-image-spec-dev. */
const SCHEMAS = '/usr/share/gocode/src/github.com/opencontainers/image-spec/schema';
const MANIFEST = 'image-manifest-schema.json';

function json(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString());
}

test('every document that is made keeps to the schemas of the OCI image specification', async t => {
  if (!existsSync(SCHEMAS)) return t.skip('the schemas of the OCI image specification are not here');
  const context = await testContext(t);
  mkdirSync(join(context.at, 'root'));
  writeFileSync(join(context.at, 'root', 'file'), 'x');
  const memory = memoryStore();
  const layers = [tarOf([{ path: 'a' }])];
  const one = await putImage(memory, { layers, platform: parsePlatform('arm/v7'), compression: 'gzip' });
  const index = { schemaVersion: 2, manifests: [one] };
  const root = await memory.put(streamOf(JSON.stringify(index)), {
    mediaType: 'application/vnd.oci.image.index.v1+json',
  });
  const written = await openTarget('multi:1', context).write(memory, root);
  await openTarget(`oci-archive:${context.at}/a.tar`, context).write(memory, root, { reference: 'x:1' });
  const stored = context.store.blobs;
  assert.deepEqual(
    schemaErrors(SCHEMAS, 'image-index-schema.json', json(await readDocument(stored, written.root))),
    [],
  );
  for (const name of ['multi:1', `dir:${context.at}/root`, `oci-archive:${context.at}/a.tar`]) {
    await using image = await openSource(name, context);
    const manifest = await readDocument(image.source, image.image.descriptor);
    assert.deepEqual(schemaErrors(SCHEMAS, MANIFEST, json(manifest)), []);
    assert.deepEqual(schemaErrors(SCHEMAS, 'config-schema.json', json(await image.image.rawConfig())), []);
  }
  for (const [file, schema] of [
    ['index.json', 'image-index-schema.json'],
    ['oci-layout', 'image-layout-schema.json'],
  ] as const) {
    assert.deepEqual(
      schemaErrors(SCHEMAS, schema, json(readFileSync(join(context.store.directory, file)))),
      [],
    );
  }
});

test('the schema check finds what is wrong', t => {
  if (!existsSync(SCHEMAS)) return t.skip('the schemas of the OCI image specification are not here');
  const good = { mediaType: 'a/b', digest: `sha256:${'a'.repeat(64)}`, size: 1 };
  assert.deepEqual(schemaErrors(SCHEMAS, MANIFEST, { schemaVersion: 2, config: good, layers: [good] }), []);
  for (const bad of [
    { schemaVersion: 1, config: good, layers: [good] },
    { schemaVersion: 2, config: good, layers: [] },
    { schemaVersion: 2, layers: [good] },
    { schemaVersion: 2, config: { ...good, size: '1' }, layers: [good] },
    { schemaVersion: 2, config: { ...good, digest: 'x' }, layers: [good] },
    { schemaVersion: 2, config: good, layers: [good], annotations: { a: 1 } },
  ]) {
    assert.notDeepEqual(schemaErrors(SCHEMAS, MANIFEST, bad), []);
  }
});
