import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../../core/bytes/index.ts';
import { isSampanError, SampanError } from '../../../core/errors/index.ts';
import { type Descriptor, MEDIA } from '../../../core/oci/index.ts';
import { importPlain } from '../../../core/store/index.ts';
import { BUNDLE_TYPE, MAX_SIGNATURE_BYTES, SIMPLE_TYPE } from '../envelope/index.ts';
import { bundleOf, fixture, fixtureKeys, type Harbour, harbour, newKey } from '../testing/index.ts';
import { MAX_SIGNATURES } from './collect.ts';
import { refusal, signaturesOf, verifyImage } from './index.ts';
import type { Verification } from './verify.ts';

const key = await newKey('team.pub');
const other = await newKey('other.pub');

async function verify(
  at: Harbour,
  root: Descriptor,
  parents: readonly Descriptor[] = [],
): Promise<Verification> {
  return await verifyImage({ name: 'app', source: at.source, root, parents }, [key.publicKey]);
}

async function indexOf(
  at: Harbour,
  manifests: readonly Descriptor[],
  more: object = {},
): Promise<Descriptor> {
  return await at.put(
    MEDIA.index,
    JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.index, manifests, ...more }),
  );
}

function isGood({ claims, isCoveredBy }: Verification): boolean {
  return isCoveredBy(claims, 1);
}

function why(root: Descriptor, { problems }: Verification): string {
  return refusal({ name: 'app', source: harbour().source, root }, problems).message;
}

test('an image that was signed is covered, one that was not is not, and the refusal says so', async () => {
  const at = harbour();
  const [signed, bare] = [await at.image('signed'), await at.image('bare')];
  await at.sign(signed, { key, name: 'app:1' });
  const found = await verify(at, signed);
  equal(isGood(found), true);
  deepEqual(
    found.claims.map(claim => claim.name),
    ['app:1'],
  );
  const nothing = await verify(at, bare);
  equal(isGood(nothing), false);
  equal(why(bare, nothing), `app (${bare.digest}) is not signed`);
});

test('a signature by another key, and one of another image, do not count and are told', async () => {
  const at = harbour();
  const [one, two] = [await at.image('one'), await at.image('two')];
  await at.sign(one, { key: other });
  const wrong = await verify(at, one);
  equal(isGood(wrong), false);
  match(why(one, wrong), /signed with another key/);
  await at.sign(two, { key, signed: one.digest });
  const foreign = await verify(at, two);
  equal(isGood(foreign), false);
  match(why(two, foreign), new RegExp(`is one of another image: ${one.digest}`));
});

test('one good signature is enough among bad ones', async () => {
  const at = harbour();
  const root = await at.image('one');
  await at.sign(root, { key: other });
  await at.attach(root, Buffer.from('{"mediaType":'));
  await at.attach(root, Buffer.alloc(MAX_SIGNATURE_BYTES + 1, ' '));
  const gone = await at.put(MEDIA.manifest, '{"schemaVersion":2}');
  at.list(gone, root.digest);
  at.list({ ...gone, digest: digestOf('gone') }, root.digest);
  await at.sign(root, { key });
  const found = await verify(at, root);
  equal(isGood(found), true);
  equal(found.problems.length, 5);
});

test('what else is attached is not looked at', async () => {
  const at = harbour();
  const root = await at.image('one');
  const config = await at.put(MEDIA.empty, '{}');
  const layer = await at.put('application/spdx+json', '{}');
  const sbom = { schemaVersion: 2, mediaType: MEDIA.manifest, config, layers: [layer], subject: root };
  at.list(await at.put(MEDIA.manifest, JSON.stringify(sbom)), root.digest);
  const referrer = await at.sign(root, { key });
  const found = await verify(at, root);
  equal(found.problems.length, 0);
  deepEqual(
    (await signaturesOf({ source: at.source, root })).map(each => each.digest),
    [referrer.digest],
  );
});

test('signatures of cosign, new and old, are found where cosign puts them', async () => {
  const at = harbour();
  const root = await at.put(MEDIA.manifest, fixture('image-manifest.raw'));
  await at.put(MEDIA.empty, '{}');
  await at.put(BUNDLE_TYPE, fixture('bundle.raw'));
  at.list(await at.put(MEDIA.manifest, fixture('manifest.raw')), root.digest);
  await at.put(SIMPLE_TYPE, fixture('simple-payload.raw'));
  at.list(await at.put(MEDIA.manifest, fixture('simple-manifest.raw')), root.digest);
  const found = await verifyImage({ name: 'tiny', source: at.source, root }, fixtureKeys());
  deepEqual(found.claims.map(claim => claim.format).sort(), ['bundle', 'simple']);
  equal(isGood(found), true);
});

test('a signature of the compressed image is one of the image as the store keeps it, and of no other', async () => {
  const at = harbour();
  const compressed = await at.image('one', { compression: 'gzip' });
  await at.sign(compressed, { key });
  const plain = await importPlain(at.source, at.store, compressed);
  ok(plain.digest !== compressed.digest);
  equal(isGood(await verify(at, plain)), true);
  const evil = await at.image('two', {
    manifest: { annotations: { 'dev.sampan.original.manifest': compressed.digest } },
  });
  equal(isGood(await verify(at, evil)), false);
});

test('what has the configuration of an image but is none is not taken for it', async () => {
  const at = harbour();
  const root = await at.image('one');
  await at.sign(root, { key });
  const { config } = JSON.parse(String(await bytesOf(at, root)));
  const layer = await at.put('application/octet-stream', 'evil');
  const evil = await at.put(
    MEDIA.manifest,
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA.manifest,
      config,
      layers: [layer],
      annotations: { 'dev.sampan.original.manifest': root.digest },
    }),
  );
  equal(isGood(await verify(at, evil)), false);
});

async function bytesOf(at: Harbour, blob: Descriptor): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of at.source.open(blob)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test('a signature of an index is one of each image in it, and of no image beside it', async () => {
  const at = harbour();
  const [one, two, beside] = [await at.image('one'), await at.image('two'), await at.image('beside')];
  const index = await indexOf(at, [one, two]);
  await at.sign(index, { key });
  equal(isGood(await verify(at, index)), true);
  equal(isGood(await verify(at, one, [index])), true);
  equal(isGood(await verify(at, beside, [index])), false);
});

test('an index is covered by signatures of its images only when all are signed', async () => {
  const at = harbour();
  const [one, two] = [await at.image('one'), await at.image('two')];
  const index = await indexOf(at, [one, two]);
  await at.sign(one, { key });
  equal(isGood(await verify(at, index)), false);
  await at.sign(two, { key });
  equal(isGood(await verify(at, index)), true);
  equal(isGood(await verify(at, await indexOf(at, [one, two, await at.image('three')]))), false);
  equal(isGood(await verify(at, await indexOf(at, []))), false);
});

test('as many different keys as are asked for must have signed', async () => {
  const at = harbour();
  const root = await at.image('one');
  await at.sign(root, { key });
  await at.sign(root, { key, time: '2026-01-01T00:00:00Z' });
  const image = { name: 'app', source: at.source, root };
  const keys = [key.publicKey, other.publicKey];
  const once = await verifyImage(image, keys);
  equal(once.isCoveredBy(once.claims, 2), false);
  await at.sign(root, { key: other });
  const twice = await verifyImage(image, keys);
  equal(twice.isCoveredBy(twice.claims, 2), true);
});

test('more signatures than anybody needs are refused, up to there they are read', async () => {
  const at = harbour();
  const root = await at.image('one');
  const bundle = JSON.parse(bundleOf(root.digest, { key: other }).toString());
  for (let i = 1; i < MAX_SIGNATURES; i += 1) {
    bundle.verificationMaterial.publicKey.hint = `${i}`;
    await at.attach(root, Buffer.from(JSON.stringify(bundle)));
  }
  await at.sign(root, { key });
  equal(isGood(await verify(at, root)), true);
  await at.sign(root, { key: other });
  await rejects(
    verify(at, root),
    error => isSampanError(error, 'limit') && /more than 128/.test(error.message),
  );
});

test('an index of more images than anybody needs is refused', async () => {
  const at = harbour();
  const one = await at.image('one');
  const many = Array.from({ length: 80 }, (_, i) => ({ ...one, digest: digestOf(`${i}`) }));
  const index = await indexOf(at, many);
  await rejects(verify(at, index), error => isSampanError(error, 'limit'));
});

test('a source that is away is no bad signature', async () => {
  const at = harbour();
  const root = await at.image('one');
  const source = {
    ...at.source,
    referrers: async () => {
      throw new SampanError('unavailable', 'the registry does not answer');
    },
  };
  await rejects(verifyImage({ name: 'app', source, root }, [key.publicKey]), error =>
    isSampanError(error, 'unavailable'),
  );
  const broken = {
    ...at.source,
    open: () => {
      throw new SampanError('timeout', 'the registry is slow');
    },
  };
  await rejects(verifyImage({ name: 'app', source: broken, root }, [key.publicKey]), error =>
    isSampanError(error, 'timeout'),
  );
});

test('the same signature is stored as the same manifest', async () => {
  const at = harbour();
  const root = await at.image('one');
  const bundle = bundleOf(root.digest, { key });
  deepEqual(await at.attach(root, bundle), await at.attach(root, bundle));
  const ours = JSON.parse(String(await bytesOf(at, await at.attach(root, bundle))));
  const theirs = JSON.parse(fixture('manifest.raw').toString());
  deepEqual(Object.keys(ours).sort(), Object.keys(theirs).sort());
  deepEqual(Object.keys(ours.annotations).sort(), Object.keys(theirs.annotations).sort());
  equal(ours.artifactType, theirs.artifactType);
  deepEqual(ours.config.mediaType, theirs.config.mediaType);
});
