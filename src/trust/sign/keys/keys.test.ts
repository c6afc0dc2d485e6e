import { deepEqual, equal, match, notEqual, ok, rejects, throws } from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { type ErrorCode, isSampanError } from '../../../core/errors/index.ts';
import { FIXTURE_PASSWORD, fixture, fixtureKeys } from '../testing/index.ts';
import { openBox, sealBox } from './boxed.ts';
import { generateKeyPair } from './generate.ts';
import { formatPem, MAX_KEY_BYTES, parsePem } from './pem.ts';
import { readSigningKey, readVerificationKeys } from './read.ts';

const password = async (): Promise<Uint8Array> => Buffer.from(FIXTURE_PASSWORD);
const nobody = async (): Promise<Uint8Array> => {
  throw new Error('was asked for a password');
};

function failure(code: ErrorCode, words: RegExp): (error: unknown) => boolean {
  return error => {
    ok(isSampanError(error, code), String(error));
    match(error.message, words);
    return true;
  };
}

test('a key that cosign encrypted is opened, and its public half is the one that cosign wrote', async () => {
  const { publicKey } = await readSigningKey(fixture('cosign.key'), 'cosign.key', password);
  equal(publicKey.id, fixtureKeys()[0]?.id);
  equal(publicKey.kind, 'ecdsa-p256');
});

test('a new key is encrypted in the form of cosign, with its costs, and opened again', async () => {
  for (const kind of ['ecdsa-p256', 'ed25519'] as const) {
    const pair = await generateKeyPair({ kind, password: await password() });
    const [block] = parsePem(Buffer.from(pair.privatePem), 'new');
    equal(block?.label, 'ENCRYPTED SIGSTORE PRIVATE KEY');
    const ours = JSON.parse(String(block?.bytes));
    const theirs = JSON.parse(String(parsePem(fixture('cosign.key'), 'cosign.key')[0]?.bytes));
    deepEqual(
      [ours.kdf.name, ours.kdf.params, ours.cipher.name],
      ['scrypt', theirs.kdf.params, theirs.cipher.name],
    );
    deepEqual(Object.keys(ours), Object.keys(theirs));
    const key = await readSigningKey(Buffer.from(pair.privatePem), 'new', password);
    equal(key.publicKey.id, readVerificationKeys(Buffer.from(pair.publicPem), 'new.pub')[0]?.id);
    equal(key.publicKey.kind, kind);
  }
});

test('two keys of one password share nothing', async () => {
  const [one, two] = [
    await sealBox(Buffer.from('x'), Buffer.from('p')),
    await sealBox(Buffer.from('x'), Buffer.from('p')),
  ];
  notEqual(one.toString(), two.toString());
});

test('a key without a password asks for none', async () => {
  const pair = await generateKeyPair({ kind: 'ed25519', password: undefined });
  equal((await readSigningKey(Buffer.from(pair.privatePem), 'plain', nobody)).publicKey.id, pair.id);
});

test('the older forms of keys, and encrypted PKCS#8, are read', async () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const sealed = ec.export({
    format: 'pem',
    type: 'pkcs8',
    cipher: 'aes-256-cbc',
    passphrase: FIXTURE_PASSWORD,
  });
  const files = [
    ec.export({ format: 'pem', type: 'sec1' }),
    rsa.export({ format: 'pem', type: 'pkcs1' }),
    sealed,
  ];
  const kinds: string[] = [];
  for (const file of files) {
    kinds.push((await readSigningKey(Buffer.from(String(file)), 'k', password)).publicKey.kind);
  }
  deepEqual(kinds, ['ecdsa-p256', 'rsa', 'ecdsa-p256']);
});

test('a wrong password is told, without the password or the key', async () => {
  const wrong = async (): Promise<Uint8Array> => Buffer.from('not-the-password');
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const sealed = ec.export({
    format: 'pem',
    type: 'pkcs8',
    cipher: 'aes-256-cbc',
    passphrase: FIXTURE_PASSWORD,
  });
  for (const file of [fixture('cosign.key'), Buffer.from(String(sealed))]) {
    await rejects(readSigningKey(file, 'team.key', wrong), error => {
      ok(isSampanError(error, 'denied'));
      match(error.message, /^team\.key: the password does not open this key/);
      equal(
        JSON.stringify([error.message, error.remedy, String(error.cause)]).includes('not-the-password'),
        false,
      );
      return true;
    });
  }
});

test('private and public keys are not taken for each other', async () => {
  await rejects(
    readSigningKey(fixture('cosign.pub'), 'cosign.pub', nobody),
    failure('unsupported', /not a private key/),
  );
  throws(
    () => readVerificationKeys(fixture('cosign.key'), 'cosign.key'),
    failure('unsupported', /not a public key/),
  );
});

test('kinds of keys that are not handled are named', () => {
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey;
  const x25519 = generateKeyPairSync('x25519').publicKey;
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
  const read = (key: typeof p384) => () =>
    readVerificationKeys(Buffer.from(key.export({ format: 'pem', type: 'spki' })), 'k.pub');
  throws(read(p384), failure('unsupported', /k\.pub: a key of the kind ec on secp384r1/));
  throws(read(x25519), failure('unsupported', /x25519/));
  throws(read(short), failure('invalid', /1024 bits, wanted 2048/));
});

test('malformed PEM is told by what is wrong with it', () => {
  const read = (text: string) => () => readVerificationKeys(Buffer.from(text), 'k.pub');
  const pem = fixture('cosign.pub').toString();
  throws(read(''), failure('invalid', /no PEM key in it/));
  throws(read(pem.slice(0, 100)), failure('invalid', /no PEM key in it/));
  throws(
    read(pem.replace('END PUBLIC', 'END PRIVATE')),
    failure('invalid', /begins as PUBLIC KEY and ends as PRIVATE KEY/),
  );
  throws(read(pem.replace('MFkw', 'MFk')), failure('invalid', /no base64/));
  throws(read(formatPem('PUBLIC KEY', Buffer.alloc(91))), failure('invalid', /damaged key/));
  throws(
    read(formatPem('CERTIFICATE', Buffer.alloc(91))),
    failure('unsupported', /not a public key but a CERTIFICATE/),
  );
  throws(read(pem.repeat(65)), failure('limit', /more than 64 keys/));
  throws(read(' '.repeat(MAX_KEY_BYTES + 1)), failure('limit', /a key file has at most/));
});

test('a file of dashes and headers without an end is refused at once', () => {
  const text = '-----BEGIN PUBLIC KEY-----\n'.repeat(2000);
  throws(() => parsePem(Buffer.from(text), 'k'), failure('invalid', /no PEM key/));
});

test('no cut or flipped byte of an encrypted key gives a key or an error of another kind', async () => {
  const box = await sealBox(Buffer.from('a key'), Buffer.from('p'));
  const cheap = JSON.parse(box.toString());
  cheap.kdf.params = { N: 2, r: 1, p: 1 };
  const bytes = Buffer.from(JSON.stringify(cheap));
  for (let at = 0; at < bytes.length; at += 1) {
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    for (const damaged of [bytes.subarray(0, at), flipped]) {
      await rejects(openBox(damaged, Buffer.from('p'), 'k'), error => {
        ok(isSampanError(error), String(error));
        ok(['denied', 'invalid', 'unsupported', 'limit'].includes(error.code), String(error));
        return true;
      });
    }
  }
});

test('a key that asks for more memory than there should be is refused before it is derived', async () => {
  const box = JSON.parse((await sealBox(Buffer.from('a key'), Buffer.from('p'))).toString());
  for (const params of [
    { N: 2 ** 30, r: 8, p: 1 },
    { N: 65_536, r: 8, p: 4096 },
  ]) {
    const bytes = Buffer.from(JSON.stringify({ ...box, kdf: { ...box.kdf, params } }));
    await rejects(openBox(bytes, Buffer.from('p'), 'k'), failure('limit', /asks for more than/));
  }
  for (const params of [{ N: 3, r: 8, p: 1 }, { N: 'x', r: 8, p: 1 }, { N: 2 ** 32, r: 1, p: 1 }, {}, null]) {
    const bytes = Buffer.from(JSON.stringify({ ...box, kdf: { ...box.kdf, params } }));
    await rejects(openBox(bytes, Buffer.from('p'), 'k'), error => isSampanError(error));
  }
});
