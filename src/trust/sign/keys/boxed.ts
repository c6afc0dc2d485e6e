import { randomBytes, scrypt } from 'node:crypto';
import { isSampanError, SampanError } from '../../../core/errors/index.ts';

/**
 * Private keys as cosign encrypts them: JSON that names scrypt as the derivation of the key from the password
 * (RFC 7914) and NaCl's secretbox (XSalsa20-Poly1305) as the cipher.
 */
const CIPHER = 'nacl/secretbox';
const SALT_BYTES = 32;
const NONCE_BYTES = 24;
const KEY_BYTES = 32;
/** What cosign uses; takes 64 MiB. */
const COST = { N: 65_536, r: 8, p: 1 } as const;
const MAX_MEMORY_BYTES = 256 << 20;
const MAX_PARALLEL = 4;

interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

interface Boxed {
  readonly cost: Cost;
  readonly salt: Buffer;
  readonly nonce: Buffer;
  readonly ciphertext: Buffer;
}

/** Encrypts bytes with a password, for a file that cosign reads. */
export async function sealBox(plain: Uint8Array, password: Uint8Array): Promise<Buffer> {
  const salt = randomBytes(SALT_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  const key = await derive(password, salt, COST);
  const { xsalsa20poly1305 } = await import('@noble/ciphers/salsa.js');
  const ciphertext = Buffer.from(xsalsa20poly1305(key, nonce).encrypt(plain));
  const text = {
    kdf: { name: 'scrypt', params: COST, salt: salt.toString('base64') },
    cipher: { name: CIPHER, nonce: nonce.toString('base64') },
    ciphertext: ciphertext.toString('base64'),
  };
  return Buffer.from(JSON.stringify(text));
}

/**
 * Decrypts what {@link sealBox} or cosign wrote.
 *
 * @throws SampanError `denied` for a wrong password, `invalid`, `unsupported`, or `limit` for a derivation that
 *   asks for more than 256 MiB.
 */
export async function openBox(bytes: Uint8Array, password: Uint8Array, what: string): Promise<Buffer> {
  const { cost, salt, nonce, ciphertext } = parseBox(bytes, what);
  const key = await derive(password, salt, cost);
  const { xsalsa20poly1305 } = await import('@noble/ciphers/salsa.js');
  try {
    return Buffer.from(xsalsa20poly1305(key, nonce).decrypt(ciphertext));
  } catch {
    throw new SampanError('denied', `${what}: the password does not open this key`, {
      remedy: 'give the right password in COSIGN_PASSWORD, or with --password-file',
    });
  }
}

function parseBox(bytes: Uint8Array, what: string): Boxed {
  try {
    const document: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    const kdf = member(document, 'kdf');
    const cipher = member(document, 'cipher');
    const names = [member(kdf, 'name'), member(cipher, 'name')];
    if (names[0] !== 'scrypt' || names[1] !== CIPHER) {
      throw new SampanError(
        'unsupported',
        `${what}: encrypted with something else than scrypt and ${CIPHER}`,
      );
    }
    return {
      cost: costOf(member(kdf, 'params'), what),
      salt: base64(member(kdf, 'salt')),
      nonce: base64(member(cipher, 'nonce'), NONCE_BYTES),
      ciphertext: base64(member(document, 'ciphertext')),
    };
  } catch (error) {
    if (isSampanError(error)) throw error;
    // What JSON.parse says would quote the file.
    throw new SampanError('invalid', `${what}: a damaged encrypted key`);
  }
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) throw new TypeError(name);
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

function base64(value: unknown, length?: number): Buffer {
  if (typeof value !== 'string') throw new TypeError('base64');
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length === 0 || (length !== undefined && bytes.length !== length)) throw new TypeError('length');
  return bytes;
}

function costOf(params: unknown, what: string): Cost {
  const [N, r, p] = ['N', 'r', 'p'].map(name => Number(member(params, name)));
  if (N === undefined || r === undefined || p === undefined) throw new TypeError('params');
  const isWhole = [N, r, p].every(each => Number.isSafeInteger(each) && each > 0);
  if (!isWhole || (N & (N - 1)) !== 0 || N < 2) throw new TypeError('params');
  if (N * r * 128 > MAX_MEMORY_BYTES || p > MAX_PARALLEL) {
    throw new SampanError(
      'limit',
      `${what}: its key derivation asks for more than ${MAX_MEMORY_BYTES} bytes`,
    );
  }
  return { N, r, p };
}

function derive(password: Uint8Array, salt: Uint8Array, cost: Cost): Promise<Buffer> {
  const maxmem = 2 * MAX_MEMORY_BYTES;
  return new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_BYTES, { ...cost, maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
