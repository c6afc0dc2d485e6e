import assert from 'node:assert/strict';
import test from 'node:test';
import { digestOf } from '../bytes/index.ts';
import { kindOf } from './document.ts';
import { isForeignLayer, isLayerType, layerCompression, layerType } from './media.ts';
import { MEDIA } from './types.ts';

test('every kind of document is known by its media type', () => {
  assert.deepEqual(
    [MEDIA.index, MEDIA.dockerIndex, MEDIA.manifest, MEDIA.dockerManifest, MEDIA.config, MEDIA.layer].map(
      kindOf,
    ),
    ['index', 'index', 'manifest', 'manifest', 'config', 'other'],
  );
});

test('the compression that a type promises is that of the type made for it', () => {
  for (const compression of ['none', 'gzip', 'zstd'] as const) {
    assert.equal(layerCompression(layerType(compression)), compression);
  }
  assert.equal(layerCompression(MEDIA.dockerLayerGzip), 'gzip');
  assert.equal(layerCompression('application/vnd.in-toto+json'), undefined);
  assert.ok(!isLayerType(MEDIA.empty));
});

test('foreign layers of Docker and of OCI are told from others', () => {
  const layer = (mediaType: string) => ({ mediaType, digest: digestOf(''), size: 0 });
  assert.ok(isForeignLayer(layer(MEDIA.dockerForeignLayer)));
  assert.ok(isForeignLayer(layer('application/vnd.oci.image.layer.nondistributable.v1.tar+gzip')));
  assert.ok(!isForeignLayer(layer(MEDIA.layerGzip)));
});
