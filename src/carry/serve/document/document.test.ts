import { deepEqual, equal, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { MEDIA } from '../../../core/oci/index.ts';
import { indexOf, manifestOf } from '../testing/index.ts';
import { readManifestDocument } from './document.ts';

const MANIFEST = JSON.parse(manifestOf().bytes.toString());
const INDEX = JSON.parse(indexOf([manifestOf().descriptor]).bytes.toString());

/** What must not be taken for a manifest, and why. */
const BAD: Readonly<Record<string, unknown>> = {
  'not an object': [],
  'no version': { ...MANIFEST, schemaVersion: undefined },
  'version 1': { ...MANIFEST, schemaVersion: 1 },
  'an unknown type': { ...MANIFEST, mediaType: 'application/json' },
  'a type that is no text': { ...MANIFEST, mediaType: 5 },
  'the type of an index': { ...MANIFEST, mediaType: MEDIA.index },
  'both at once': { ...MANIFEST, manifests: [] },
  'both at once, as an index': { ...INDEX, layers: [] },
  'no configuration': { ...MANIFEST, config: undefined },
  'no layers': { ...MANIFEST, layers: undefined },
  'layers that are no list': { ...MANIFEST, layers: {} },
  'a layer that is null': { ...MANIFEST, layers: [null] },
  'a digest of another kind': { ...MANIFEST, config: { ...MANIFEST.config, digest: 'md5:0' } },
  'a digest in capitals': {
    ...MANIFEST,
    config: { ...MANIFEST.config, digest: MANIFEST.config.digest.toUpperCase() },
  },
  'a path for a digest': { ...MANIFEST, config: { ...MANIFEST.config, digest: 'sha256:../../x' } },
  'a negative size': { ...MANIFEST, config: { ...MANIFEST.config, size: -1 } },
  'a size that lies': { ...MANIFEST, config: { ...MANIFEST.config, size: 2 ** 60 } },
  'a size that is text': { ...MANIFEST, config: { ...MANIFEST.config, size: '5' } },
  'no media type of a layer': { ...MANIFEST, layers: [{ ...MANIFEST.config, mediaType: '' }] },
  'a subject that is null': { ...MANIFEST, subject: null },
  'annotations that are no texts': { ...MANIFEST, annotations: { a: 1 } },
  'annotations that are a list': { ...MANIFEST, annotations: ['a'] },
  'an artifact type that is no text': { ...MANIFEST, artifactType: {} },
  'too many layers': { ...MANIFEST, layers: Array.from({ length: 10_001 }, () => MANIFEST.config) },
};

for (const [what, document] of Object.entries(BAD)) {
  test(`a manifest with ${what} is refused`, () => {
    const bytes = Buffer.from(JSON.stringify(document));
    throws(() => readManifestDocument(bytes, undefined), { refusal: 'MANIFEST_INVALID' });
  });
}

test('bytes that are no JSON, broken, or deeply nested, are refused in time', () => {
  const nested = `${'['.repeat(2_000_000)}${']'.repeat(2_000_000)}`;
  const deep = `{"schemaVersion":2,"mediaType":"${MEDIA.manifest}","x":${nested}}`;
  for (const bytes of ['', '{', 'null', '\xff', '{"a":1}x', deep, Buffer.from([0x7b, 0xff, 0x7d])]) {
    throws(() => readManifestDocument(Buffer.from(bytes), undefined), { refusal: 'MANIFEST_INVALID' });
  }
});

test('every cut of a manifest is refused', () => {
  const { bytes } = manifestOf();
  for (let end = 0; end < bytes.length; end += 3) {
    throws(() => readManifestDocument(bytes.subarray(0, end), undefined), { refusal: 'MANIFEST_INVALID' });
  }
});

test('what it was sent as and what it says must agree; one of them is enough', () => {
  const { mediaType: _, ...untyped } = MANIFEST;
  const bytes = Buffer.from(JSON.stringify(untyped));
  equal(
    readManifestDocument(bytes, `${MEDIA.dockerManifest}; charset=utf-8`).mediaType,
    MEDIA.dockerManifest,
  );
  throws(() => readManifestDocument(bytes, undefined), /is no type/);
  throws(() => readManifestDocument(manifestOf().bytes, MEDIA.dockerManifest), /was sent as/);
});

test('the type of an artifact is its own, or that of its configuration', () => {
  const typeOf = (extra: object, configType = 'application/x'): string | undefined =>
    readManifestDocument(manifestOf({ configType, extra }).bytes, undefined).artifactType;
  deepEqual([typeOf({}), typeOf({ artifactType: 'application/y' })], ['application/x', 'application/y']);
  equal(readManifestDocument(indexOf([]).bytes, undefined).artifactType, undefined);
});
