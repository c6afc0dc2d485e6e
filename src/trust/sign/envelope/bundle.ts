import { sign } from 'node:crypto';
import { createRequire } from 'node:module';
import type { Bundle } from '@sigstore/bundle';
import type { TrustMaterial } from '@sigstore/verify';
import { SampanError } from '../../../core/errors/index.ts';
import type { SigningKey, VerificationKey } from '../keys/index.ts';
import type { Claim } from './claim.ts';
import { parseJson } from './json.ts';
import { parseStatement, STATEMENT_TYPE } from './statement.ts';

/** The media type of a bundle, format 0.3. */
export const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** No signature is larger, of whatever format. */
export const MAX_SIGNATURE_BYTES = 1 << 20;

const load = createRequire(import.meta.url);

/** Sigstore's own packages take 10 MB, which a device without signatures does without. */
function sigstore(): {
  readonly bundle: typeof import('@sigstore/bundle');
  readonly verify: typeof import('@sigstore/verify');
} {
  return { bundle: load('@sigstore/bundle'), verify: load('@sigstore/verify') };
}

/** Signs a statement: a Sigstore bundle (format 0.3) that names its key only by its number, as cosign writes it. */
export function signBundle(statement: Buffer, key: SigningKey): Buffer {
  // RFC 8032 hashes by itself.
  const algorithm = key.publicKey.kind === 'ed25519' ? null : 'sha256';
  const signature = sign(algorithm, authenticated(STATEMENT_TYPE, statement), key.key);
  const keyHint = key.publicKey.id;
  const made = sigstore().bundle.toDSSEBundle({
    artifact: statement,
    artifactType: STATEMENT_TYPE,
    signature,
    keyHint,
  });
  const { dsseEnvelope } = made.content;
  // cosign takes no envelope that names a key by something else than its own number for it.
  const signatures = [{ keyid: '', sig: signature }];
  return serialised({ ...made, content: { ...made.content, dsseEnvelope: { ...dsseEnvelope, signatures } } });
}

/** Without what says nothing, as cosign writes it: the timestamps and log entries that a key pair does without. */
function serialised(bundle: Bundle): Buffer {
  const { mediaType, verificationMaterial, dsseEnvelope } = sigstore().bundle.bundleToJSON(bundle);
  const { publicKey } = verificationMaterial;
  return Buffer.from(JSON.stringify({ mediaType, verificationMaterial: { publicKey }, dsseEnvelope }));
}

/** DSSE 1.0, "Pre-Authentication Encoding". */
function authenticated(type: string, payload: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `),
    payload,
  ]);
}

/**
 * Checks a bundle against keys, any one of which must have signed it, and reads what it says.
 *
 * @throws SampanError `unproven` when none of the keys did, or it was altered; `invalid`, `unsupported` (signed
 *   without a key pair, or no signature of an image) or `limit`.
 */
export function verifyBundle(bytes: Uint8Array, keys: readonly VerificationKey[]): readonly Claim[] {
  const bundle = parseBundle(bytes);
  const { hint } = bundle.verificationMaterial.content.publicKey;
  const named = keys.filter(key => key.id === hint);
  const key = (named.length > 0 ? named : keys).find(each => isSignedBy(bundle, each));
  if (key !== undefined) return parseStatement(bundle.content.dsseEnvelope.payload, key);
  if (named.length > 0) {
    throw new SampanError('unproven', 'the signature does not fit what is signed: it was altered');
  }
  const other = /^[A-Za-z0-9+/=]{1,64}$/.test(hint) ? ` (${hint})` : '';
  throw new SampanError('unproven', `signed with another key${other}`);
}

function parseBundle(bytes: Uint8Array) {
  if (bytes.length > MAX_SIGNATURE_BYTES) {
    throw new SampanError(
      'limit',
      `a signature of ${bytes.length} bytes, at most ${MAX_SIGNATURE_BYTES} are read`,
    );
  }
  const bundle = decoded(parseJson(bytes, 'a signature bundle'));
  const { isBundleWithPublicKey, isBundleWithDsseEnvelope } = sigstore().bundle;
  if (!isBundleWithPublicKey(bundle)) {
    throw new SampanError(
      'unsupported',
      'signed with a certificate of Sigstore, which takes a network to check',
      {
        remedy: 'sign it with a key pair',
      },
    );
  }
  if (!isBundleWithDsseEnvelope(bundle) || bundle.content.dsseEnvelope.payloadType !== STATEMENT_TYPE) {
    throw new SampanError('unsupported', 'a bundle that signs a file, not an image');
  }
  return bundle;
}

function decoded(document: unknown): Bundle {
  try {
    return sigstore().bundle.bundleFromJSON(document);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'damaged';
    throw new SampanError('invalid', `not a Sigstore bundle: ${reason.slice(0, 120)}`, { cause: error });
  }
}

function isSignedBy(bundle: Bundle, key: VerificationKey): boolean {
  const trusted: TrustMaterial = {
    certificateAuthorities: [],
    timestampAuthorities: [],
    tlogs: [],
    ctlogs: [],
    publicKey: () => ({ publicKey: key.key, validFor: () => true }),
  };
  // A log and a clock of others prove nothing to who is offline and trusts the key.
  const { content } = bundle.verificationMaterial;
  const verificationMaterial = { content, tlogEntries: [], timestampVerificationData: undefined };
  const thresholds = { ctlogThreshold: 0, tlogThreshold: 0, timestampThreshold: 0 };
  try {
    const { Verifier, toSignedEntity } = sigstore().verify;
    new Verifier(trusted, thresholds).verify(toSignedEntity({ ...bundle, verificationMaterial } as Bundle));
    return true;
  } catch {
    return false;
  }
}
