import { createHash, type KeyObject } from 'node:crypto';
import { SampanError } from '../../../core/errors/index.ts';

/** The kinds of keys that are handled. */
export type KeyKind = 'ecdsa-p256' | 'ed25519' | 'rsa';

/** A key that signatures are checked with. */
export interface VerificationKey {
  /** The SHA-256 of its SubjectPublicKeyInfo in base64: what Sigstore writes as the hint of a key. */
  readonly id: string;
  readonly kind: KeyKind;
  readonly key: KeyObject;
  /** Where it is from, for messages. */
  readonly name: string;
}

/** A key that signs. */
export interface SigningKey {
  readonly publicKey: VerificationKey;
  readonly key: KeyObject;
}

const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 8192;

/**
 * Which kind a key is.
 *
 * @throws SampanError `unsupported` for another kind, `invalid` for an RSA key that is too short to be safe.
 */
function kindOfKey(key: KeyObject, what: string): KeyKind {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details = {} } = key;
  if (type === 'ec' && details.namedCurve === 'prime256v1') return 'ecdsa-p256';
  if (type === 'ed25519') return 'ed25519';
  if (type === 'rsa') {
    const bits = details.modulusLength ?? 0;
    if (bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS) return 'rsa';
    throw new SampanError(
      'invalid',
      `${what}: an RSA key of ${bits} bits, wanted ${MIN_RSA_BITS} to ${MAX_RSA_BITS}`,
    );
  }
  const curve = details.namedCurve === undefined ? '' : ` on ${details.namedCurve}`;
  throw new SampanError('unsupported', `${what}: a key of the kind ${type ?? 'unknown'}${curve}`, {
    remedy: 'use ECDSA on P-256, Ed25519 or RSA; sampan keygen makes one',
  });
}

/** The public key with its number. @throws as {@link kindOfKey}. */
export function verificationKey(key: KeyObject, name: string): VerificationKey {
  const spki = key.export({ format: 'der', type: 'spki' });
  const id = createHash('sha256').update(spki).digest('base64');
  return { id, kind: kindOfKey(key, name), key, name };
}
