import { generateKeyPairSync } from 'node:crypto';
import { sealBox } from './boxed.ts';
import { verificationKey } from './kind.ts';
import { formatPem } from './pem.ts';

/** A new pair, as it goes into files. */
export interface KeyPair {
  /** Of the public key, see `VerificationKey`. */
  readonly id: string;
  /** Encrypted as cosign does it, or plain PKCS#8 where there is no password. */
  readonly privatePem: string;
  readonly publicPem: string;
}

/** What to make. */
export interface GenerateOptions {
  readonly kind: 'ecdsa-p256' | 'ed25519';
  /** Absent: the private key is not encrypted. */
  readonly password: Uint8Array | undefined;
}

/** Makes a key pair. */
export async function generateKeyPair({ kind, password }: GenerateOptions): Promise<KeyPair> {
  const { publicKey, privateKey } =
    kind === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const privatePem =
    password === undefined
      ? formatPem('PRIVATE KEY', pkcs8)
      : formatPem('ENCRYPTED SIGSTORE PRIVATE KEY', await sealBox(pkcs8, password));
  return {
    id: verificationKey(publicKey, 'the new key').id,
    privatePem,
    publicPem: formatPem('PUBLIC KEY', spki),
  };
}
