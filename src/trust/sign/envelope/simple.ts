import { verify } from 'node:crypto';
import { SampanError } from '../../../core/errors/index.ts';
import type { VerificationKey } from '../keys/index.ts';
import { type Claim, claimOf } from './claim.ts';
import { isJson, parseJson } from './json.ts';

/** The media type of a payload that cosign signed before bundles ("simple signing"). */
export const SIMPLE_TYPE = 'application/vnd.dev.cosign.simplesigning.v1+json';

/** Where its signature is: an annotation of its descriptor, base64. */
export const SIMPLE_SIGNATURE = 'dev.cosignproject.cosign/signature';

const MAX_SIGNATURE_TEXT = 8192;
const SIGNED: ReadonlySet<unknown> = new Set([
  'cosign container image signature',
  'atomic container signature',
]);

/**
 * Checks a signature of the older format and reads what it says.
 *
 * @param signature base64, as it stands beside the payload; absent when it does not.
 * @throws SampanError `unproven` when no key made it, `invalid`, `unsupported`.
 */
export function verifySimple(
  payload: Uint8Array,
  signature: string | undefined,
  keys: readonly VerificationKey[],
): Claim {
  const made = Buffer.from((signature ?? '').slice(0, MAX_SIGNATURE_TEXT), 'base64');
  if (made.length === 0)
    throw new SampanError('invalid', `a payload without its signature (${SIMPLE_SIGNATURE})`);
  const key = keys.find(each => isSignedBy(payload, made, each));
  if (key === undefined) throw new SampanError('unproven', 'signed with another key, or altered');
  const { critical, optional } = parseJson(payload, 'the signed payload');
  if (!isJson(critical) || !SIGNED.has(critical.type)) {
    throw new SampanError('unsupported', 'signed, but not a signature of an image');
  }
  const digest = isJson(critical.image) ? critical.image['docker-manifest-digest'] : undefined;
  const name = isJson(critical.identity) ? critical.identity['docker-reference'] : undefined;
  const isNamed = typeof name === 'string' && name !== '';
  return claimOf({ digest, annotations: optional, key, format: 'simple', ...(isNamed ? { name } : {}) });
}

function isSignedBy(payload: Uint8Array, signature: Buffer, { kind, key }: VerificationKey): boolean {
  try {
    return verify(kind === 'ed25519' ? null : 'sha256', payload, key, signature);
  } catch {
    return false;
  }
}
