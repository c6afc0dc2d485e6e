import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { SampanError } from '../../../core/errors/index.ts';
import { openBox } from './boxed.ts';
import { type SigningKey, type VerificationKey, verificationKey } from './kind.ts';
import { type PemBlock, parsePem } from './pem.ts';

/** Asked only for a key that is encrypted. Nobody sees what it gives. */
export type AskPassword = () => Promise<Uint8Array>;

/** What cosign called its encrypted keys, now and before. */
const BOXED: ReadonlySet<string> = new Set([
  'ENCRYPTED SIGSTORE PRIVATE KEY',
  'ENCRYPTED COSIGN PRIVATE KEY',
]);
const PLAIN: Readonly<Record<string, 'pkcs8' | 'pkcs1' | 'sec1'>> = {
  'PRIVATE KEY': 'pkcs8',
  'RSA PRIVATE KEY': 'pkcs1',
  'EC PRIVATE KEY': 'sec1',
};
const PKCS8_ENCRYPTED = 'ENCRYPTED PRIVATE KEY';

/**
 * Reads a private key: PKCS#8, plain or encrypted, the older forms of RSA and EC, or as cosign encrypts it.
 *
 * @param name of the file, for messages.
 * @throws SampanError `denied` for a wrong password, `invalid`, `unsupported`, `limit`. No error holds any of it.
 */
export async function readSigningKey(
  bytes: Uint8Array,
  name: string,
  askPassword: AskPassword,
): Promise<SigningKey> {
  const block = parsePem(bytes, name).find(each => each.label !== 'EC PARAMETERS');
  const key = await privateKey(
    block ?? { label: 'EC PARAMETERS', bytes: Buffer.alloc(0) },
    name,
    askPassword,
  );
  return { key, publicKey: verificationKey(createPublicKey(key), name) };
}

async function privateKey(block: PemBlock, name: string, askPassword: AskPassword): Promise<KeyObject> {
  if (BOXED.has(block.label)) {
    const der = await openBox(block.bytes, await askPassword(), name);
    return decoded(name, () => createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  }
  if (block.label === PKCS8_ENCRYPTED) return openPkcs8(block.bytes, await askPassword(), name);
  const type = PLAIN[block.label];
  if (type !== undefined)
    return decoded(name, () => createPrivateKey({ key: block.bytes, format: 'der', type }));
  const isPublic = block.label === 'PUBLIC KEY';
  throw new SampanError('unsupported', `${name}: not a private key but a ${block.label}`, {
    remedy: isPublic
      ? 'sign with the private key; this one verifies'
      : 'convert it to PKCS#8: openssl pkcs8 -topk8',
  });
}

function openPkcs8(der: Buffer, passphrase: Uint8Array, name: string): KeyObject {
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8', passphrase: Buffer.from(passphrase) });
  } catch {
    throw new SampanError('denied', `${name}: the password does not open this key, or the key is damaged`, {
      remedy: 'give the right password in COSIGN_PASSWORD, or with --password-file',
    });
  }
}

/** What OpenSSL says is left out: it is about bytes of a key. */
function decoded(name: string, read: () => KeyObject): KeyObject {
  try {
    return read();
  } catch {
    throw new SampanError('invalid', `${name}: a damaged key`);
  }
}

/**
 * Reads the public keys of a PEM file; a file may hold several.
 *
 * @throws SampanError `invalid`, `unsupported`, `limit`.
 */
export function readVerificationKeys(bytes: Uint8Array, name: string): readonly VerificationKey[] {
  return parsePem(bytes, name).map(block => verificationKey(publicKey(block, name), name));
}

function publicKey({ label, bytes }: PemBlock, name: string): KeyObject {
  if (label === 'PUBLIC KEY') {
    return decoded(name, () => createPublicKey({ key: bytes, format: 'der', type: 'spki' }));
  }
  if (label === 'RSA PUBLIC KEY') {
    return decoded(name, () => createPublicKey({ key: bytes, format: 'der', type: 'pkcs1' }));
  }
  throw new SampanError('unsupported', `${name}: not a public key but a ${label}`, {
    remedy: label.endsWith('PRIVATE KEY')
      ? 'verify with the public key (the .pub file); the private one stays where images are signed'
      : 'name a file that begins with -----BEGIN PUBLIC KEY-----',
  });
}
