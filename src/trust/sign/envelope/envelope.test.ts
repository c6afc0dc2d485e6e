import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { type Digest, digestOf } from '../../../core/bytes/index.ts';
import { type ErrorCode, isSampanError } from '../../../core/errors/index.ts';
import { bundleOf, fixture, fixtureKeys, newKey } from '../testing/index.ts';
import { MAX_SIGNATURE_BYTES, signBundle, verifyBundle } from './bundle.ts';
import { SIMPLE_SIGNATURE, verifySimple } from './simple.ts';
import { formatStatement } from './statement.ts';

const SIGNED: Digest = 'sha256:7ce3c5d581ef14373a87587661b8bb439d736fb80765ce53d590dbaab303769a';
const IMAGE = digestOf('image');

function failure(code: ErrorCode, words: RegExp): (error: unknown) => boolean {
  return error => {
    ok(isSampanError(error, code), String(error));
    match(error.message, words);
    return true;
  };
}

/** The names of all members, in their order. */
function shape(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.entries(value).map(([key, each]) => [key, shape(each)]);
}

function payloadOf(bundle: Buffer): Record<string, unknown> {
  return JSON.parse(Buffer.from(JSON.parse(bundle.toString()).dsseEnvelope.payload, 'base64').toString());
}

function simpleSignature(): string {
  return JSON.parse(fixture('simple-manifest.raw').toString()).layers[0].annotations[SIMPLE_SIGNATURE];
}

test('a bundle that cosign wrote says which image it signed, and what besides', () => {
  const [claim, ...more] = verifyBundle(fixture('bundle.raw'), fixtureKeys());
  equal(more.length, 0);
  equal(claim?.subject, SIGNED);
  equal(claim?.subject, digestOf(fixture('image-manifest.raw')));
  deepEqual(claim?.annotations, { 'io.sampan.name': 'app:1', k: 'v' });
  equal(claim?.signedAtMs, undefined);
});

test('the older signature of cosign is read too, with the name that it is for', () => {
  const claim = verifySimple(fixture('simple-payload.raw'), simpleSignature(), fixtureKeys());
  equal(claim.subject, SIGNED);
  equal(claim.name, '127.0.0.1:5977/tiny');
  deepEqual(claim.annotations, { k: 'v' });
});

test('what is written has the members that cosign writes, and names no key in the envelope', async () => {
  const key = await newKey('k');
  const ours = signBundle(formatStatement(SIGNED, { 'io.sampan.name': 'app:1', k: 'v' }), key);
  const document = JSON.parse(ours.toString());
  const theirs = JSON.parse(fixture('bundle.raw').toString());
  const sorted = (value: object): unknown => shape(Object.fromEntries(Object.entries(value).sort()));
  deepEqual(sorted(document.dsseEnvelope), sorted(theirs.dsseEnvelope));
  deepEqual(shape(document.verificationMaterial), shape(theirs.verificationMaterial));
  deepEqual(document.dsseEnvelope.payload, theirs.dsseEnvelope.payload);
  equal(document.mediaType, theirs.mediaType);
  equal(document.dsseEnvelope.signatures[0].keyid ?? '', '');
  equal(document.verificationMaterial.publicKey.hint, key.publicKey.id);
});

test('every kind of key signs what it verifies, with the name and the time that were signed', async () => {
  for (const kind of ['ec', 'ed25519', 'rsa'] as const) {
    const key = await newKey(kind, kind);
    const bundle = bundleOf(IMAGE, { key, name: 'app:1', time: '2026-01-31T12:00:00Z' });
    const [claim] = verifyBundle(bundle, [
      await newKey('other').then(other => other.publicKey),
      key.publicKey,
    ]);
    equal(claim?.subject, IMAGE);
    equal(claim?.key.name, kind);
    equal(claim?.name, 'app:1');
    equal(claim?.signedAtMs, Date.UTC(2026, 0, 31, 12));
  }
});

test('Ed25519 and RSA give the same bundle for the same statement', async () => {
  for (const kind of ['ed25519', 'rsa'] as const) {
    const key = await newKey('k', kind);
    deepEqual(bundleOf(IMAGE, { key }), bundleOf(IMAGE, { key }));
  }
});

test('a bundle of a signer who names the key otherwise is tried with every key', async () => {
  const key = await newKey('k');
  const document = JSON.parse(bundleOf(IMAGE, { key }).toString());
  document.verificationMaterial.publicKey.hint = 'my key';
  equal(verifyBundle(Buffer.from(JSON.stringify(document)), [key.publicKey]).length, 1);
});

test('another key, and a payload that was altered, are told apart', async () => {
  const [key, other] = [await newKey('k'), await newKey('o')];
  const bundle = bundleOf(IMAGE, { key });
  throws(
    () => verifyBundle(bundle, [other.publicKey]),
    failure('unproven', /^signed with another key \([A-Za-z0-9+/]{43}=\)$/),
  );
  throws(() => verifyBundle(bundle, []), failure('unproven', /another key/));
  const document = JSON.parse(bundle.toString());
  document.dsseEnvelope.payload = Buffer.from(formatStatement(digestOf('evil'), {})).toString('base64');
  const altered = Buffer.from(JSON.stringify(document));
  throws(
    () => verifyBundle(altered, [key.publicKey]),
    failure('unproven', /does not fit what is signed: it was altered/),
  );
  const payload = Buffer.from(fixture('simple-payload.raw').toString().replace('7ce3', '7ce4'));
  throws(
    () => verifySimple(payload, simpleSignature(), fixtureKeys()),
    failure('unproven', /another key, or altered/),
  );
  throws(() => verifySimple(payload, undefined, fixtureKeys()), failure('invalid', /without its signature/));
});

test('a signed list of contents, or anything else that is signed, is no signature of an image', async () => {
  const key = await newKey('k');
  const statement = JSON.parse(formatStatement(IMAGE, {}).toString());
  const signed = (value: object): Buffer => signBundle(Buffer.from(JSON.stringify(value)), key);
  const verify = (value: object) => () => verifyBundle(signed(value), [key.publicKey]);
  throws(
    verify({ ...statement, predicateType: 'https://spdx.dev/Document' }),
    failure('unsupported', /spdx/),
  );
  throws(verify({ ...statement, _type: 'x' }), failure('unsupported', /not an in-toto statement/));
  throws(verify({ ...statement, subject: [] }), failure('invalid', /about nothing/));
  throws(
    verify({ ...statement, subject: [{ digest: { sha512: 'x' } }] }),
    failure('invalid', /no sha256 digest/),
  );
  throws(
    verify({ ...statement, subject: Array(65).fill(statement.subject[0]) }),
    failure('limit', /more than 64/),
  );
  const annotations = Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`k${i}`, 'v']));
  throws(
    verify({ ...statement, subject: [{ ...statement.subject[0], annotations }] }),
    failure('limit', /256/),
  );
  const times = { 'dev.sampan.signed': 'yesterday' };
  throws(
    verify({ ...statement, subject: [{ ...statement.subject[0], annotations: times }] }),
    failure('invalid', /no time/),
  );
});

test('signatures without a pair of keys, and bundles of files, are told for what they are', async () => {
  const document = JSON.parse(bundleOf(IMAGE, { key: await newKey('k') }).toString());
  const keyless = {
    ...document,
    verificationMaterial: { certificate: { rawBytes: 'AAAA' }, tlogEntries: [] },
  };
  const message = {
    mediaType: document.mediaType,
    verificationMaterial: document.verificationMaterial,
    messageSignature: { messageDigest: { algorithm: 'SHA2_256', digest: 'AAAA' }, signature: 'AAAA' },
  };
  const verify = (value: object) => () => verifyBundle(Buffer.from(JSON.stringify(value)), fixtureKeys());
  throws(verify(keyless), failure('unsupported', /certificate of Sigstore/));
  throws(verify(message), failure('unsupported', /signs a file, not an image/));
  throws(verify({}), failure('invalid', /not a Sigstore bundle/));
  throws(verify([]), failure('invalid', /not a JSON object/));
});

test('log entries and timestamps, which take a network to check, change nothing', async () => {
  const key = await newKey('k');
  const document = JSON.parse(bundleOf(IMAGE, { key }).toString());
  document.verificationMaterial.timestampVerificationData = {
    rfc3161Timestamps: [{ signedTimestamp: 'AAAA' }],
  };
  equal(verifyBundle(Buffer.from(JSON.stringify(document)), [key.publicKey]).length, 1);
});

test('a huge bundle is not parsed', () => {
  const huge = Buffer.alloc(MAX_SIGNATURE_BYTES + 1, ' ');
  throws(() => verifyBundle(huge, fixtureKeys()), failure('limit', /at most 1048576/));
});

test('a bundle that is cut off anywhere is refused', () => {
  const whole = fixture('bundle.raw');
  for (let end = 0; end < whole.length; end += 1) {
    throws(() => verifyBundle(whole.subarray(0, end), fixtureKeys()), failure('invalid', /./));
  }
});

test('no flipped bit makes a bundle say something else', () => {
  const whole = fixture('bundle.raw');
  const payload = JSON.stringify(payloadOf(whole));
  for (let bit = 0; bit < whole.length * 8; bit += 3) {
    const flipped = Buffer.from(whole);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    try {
      const claims = verifyBundle(flipped, fixtureKeys());
      deepEqual(
        claims.map(claim => claim.subject),
        [SIGNED],
      );
      // Only what is not signed may differ: the hint, names of members that say nothing, unused bits of base64.
      equal(JSON.stringify(payloadOf(flipped)), payload);
    } catch (error) {
      ok(isSampanError(error), String(error));
      ok(['invalid', 'unproven', 'unsupported'].includes(error.code), String(error));
    }
  }
});
