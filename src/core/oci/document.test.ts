import assert from 'node:assert/strict';
import test from 'node:test';
import { digestOf } from '../bytes/index.ts';
import { type ErrorCode, isSampanError } from '../errors/index.ts';
import { MAX_DOCUMENT_BYTES } from './check.ts';
import { parseConfig, parseIndex, parseManifest } from './document.ts';
import { MEDIA } from './types.ts';

const LAYER = { mediaType: MEDIA.layer, digest: digestOf('layer'), size: 5 };
const CONFIG = { mediaType: MEDIA.config, digest: digestOf('config'), size: 6 };
const MANIFEST = { schemaVersion: 2, mediaType: MEDIA.manifest, config: CONFIG, layers: [LAYER] };
const INDEX = {
  schemaVersion: 2,
  manifests: [{ mediaType: MEDIA.manifest, digest: digestOf('m'), size: 1 }],
};
const IMAGE = {
  os: 'linux',
  architecture: 'amd64',
  rootfs: { type: 'layers', diff_ids: [digestOf('layer')] },
};

function bytes(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function coded(code: ErrorCode): (error: unknown) => boolean {
  return error => isSampanError(error, code);
}

test('documents are read with members that are unknown kept', () => {
  assert.deepEqual(parseManifest(bytes({ ...MANIFEST, 'x-more': [1] })), { ...MANIFEST, 'x-more': [1] });
  assert.deepEqual(parseIndex(bytes(INDEX)), INDEX);
  assert.deepEqual(parseConfig(bytes({ ...IMAGE, container: 'x' })), { ...IMAGE, container: 'x' });
});

test('nulls of Go programs in a configuration are as good as absent', () => {
  const config = { Env: null, Cmd: ['sh'], Entrypoint: null, Labels: null, Volumes: null };
  assert.deepEqual(parseConfig(bytes({ ...IMAGE, config, history: null })), {
    ...IMAGE,
    config: { Cmd: ['sh'] },
  });
  assert.deepEqual(parseConfig(bytes({ ...IMAGE, config: null })), IMAGE);
});

const BROKEN_MANIFESTS: Readonly<Record<string, unknown>> = {
  'no object': [],
  'no config': { ...MANIFEST, config: undefined },
  'layers that are no array': { ...MANIFEST, layers: {} },
  'a layer without a size': { ...MANIFEST, layers: [{ ...LAYER, size: undefined }] },
  'a negative size': { ...MANIFEST, layers: [{ ...LAYER, size: -1 }] },
  'a size with a fraction': { ...MANIFEST, layers: [{ ...LAYER, size: 0.5 }] },
  'a size above 2^53': { ...MANIFEST, layers: [{ ...LAYER, size: 2 ** 60 }] },
  'a digest that is none': { ...MANIFEST, layers: [{ ...LAYER, digest: 'sha256:../../etc/passwd' }] },
  'a type of another document': { ...MANIFEST, mediaType: MEDIA.index },
  'the members of an index too': { ...MANIFEST, manifests: [] },
  'annotations that are no strings': { ...MANIFEST, annotations: { a: 1 } },
  'another schema version': { ...MANIFEST, schemaVersion: 3 },
};

for (const [what, document] of Object.entries(BROKEN_MANIFESTS)) {
  test(`a manifest with ${what} is invalid`, () => {
    assert.throws(() => parseManifest(bytes(document)), coded('invalid'));
  });
}

test('an index with layers, or with manifests that are no descriptors, is invalid', () => {
  assert.throws(() => parseIndex(bytes({ ...INDEX, layers: [] })), coded('invalid'));
  assert.throws(() => parseIndex(bytes({ ...INDEX, manifests: [null] })), coded('invalid'));
});

test('a configuration without a platform or diff IDs is invalid, and the message says where', () => {
  for (const member of ['os', 'architecture', 'rootfs'] as const) {
    assert.throws(
      () => parseConfig(bytes({ ...IMAGE, [member]: undefined })),
      error => isSampanError(error, 'invalid') && error.message.includes(member),
    );
  }
});

test('schema 1 and other digest algorithms are unsupported', () => {
  assert.throws(() => parseManifest(bytes({ ...MANIFEST, schemaVersion: 1 })), coded('unsupported'));
  const layers = [{ ...LAYER, digest: `sha512:${'a'.repeat(128)}` }];
  assert.throws(() => parseManifest(bytes({ ...MANIFEST, layers })), coded('unsupported'));
});

test('documents above 4 MiB and lists above 4096 items reach a limit', () => {
  const padded = Buffer.alloc(MAX_DOCUMENT_BYTES + 1, ' ');
  assert.throws(() => parseManifest(padded), coded('limit'));
  const layers = Array.from({ length: 4097 }, () => LAYER);
  assert.throws(() => parseManifest(bytes({ ...MANIFEST, layers })), coded('limit'));
});

test('what is not JSON, not UTF-8, or nested without end is invalid', () => {
  const deep = '['.repeat(1_000_000);
  for (const text of ['', '{', 'null', deep, `{"layers":${deep}`]) {
    assert.throws(() => parseManifest(Buffer.from(text)), coded('invalid'));
  }
  assert.throws(() => parseConfig(Buffer.from([0x7b, 0xff, 0x7d])), coded('invalid'));
});
