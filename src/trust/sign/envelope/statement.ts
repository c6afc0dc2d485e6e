import { type Digest, hexOf } from '../../../core/bytes/index.ts';
import { SampanError } from '../../../core/errors/index.ts';
import type { VerificationKey } from '../keys/index.ts';
import { type Claim, claimOf } from './claim.ts';
import { isJson, parseJson } from './json.ts';

/** The type of the payload of an envelope that holds a statement (in-toto attestation 1.0, "Envelope"). */
export const STATEMENT_TYPE = 'application/vnd.in-toto+json';

/** What cosign says with `cosign sign`: this image is signed, and nothing more. */
export const SIGN_PREDICATE = 'https://sigstore.dev/cosign/sign/v1';

const STATEMENTS: ReadonlySet<unknown> = new Set([
  'https://in-toto.io/Statement/v1',
  'https://in-toto.io/Statement/v0.1',
]);
const MAX_SUBJECTS = 64;

/** The statement that cosign makes to sign an image, with annotations in the order of their names. */
export function formatStatement(subject: Digest, annotations: Readonly<Record<string, string>>): Buffer {
  const sorted = Object.fromEntries(Object.entries(annotations).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ digest: { sha256: hexOf(subject) }, annotations: sorted }],
    predicateType: SIGN_PREDICATE,
    predicate: {},
  };
  return Buffer.from(JSON.stringify(statement));
}

/**
 * Reads a statement whose signature was verified: a claim for each of its subjects.
 *
 * @throws SampanError `unsupported` for a statement that signs no image (a list of contents is signed with the
 *   same keys and must not count), `invalid`, `limit`.
 */
export function parseStatement(bytes: Uint8Array, key: VerificationKey): readonly Claim[] {
  const { _type, predicateType, subject } = parseJson(bytes, 'the signed statement');
  if (!STATEMENTS.has(_type)) throw new SampanError('unsupported', 'signed, but not an in-toto statement');
  if (predicateType !== SIGN_PREDICATE) {
    const type = JSON.stringify(predicateType ?? 'nothing').slice(0, 80);
    throw new SampanError('unsupported', `not a signature of an image but a statement of the type ${type}`);
  }
  if (!Array.isArray(subject) || subject.length === 0) {
    throw new SampanError('invalid', 'a signed statement about nothing');
  }
  if (subject.length > MAX_SUBJECTS) {
    throw new SampanError('limit', `a signed statement about more than ${MAX_SUBJECTS} images`);
  }
  return subject.map((each: unknown) => {
    const digest = isJson(each) && isJson(each.digest) ? `sha256:${String(each.digest.sha256)}` : undefined;
    return claimOf({ digest, annotations: isJson(each) ? each.annotations : {}, key, format: 'bundle' });
  });
}
