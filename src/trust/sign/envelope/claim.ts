import { type Digest, isDigest } from '../../../core/bytes/index.ts';
import { SampanError } from '../../../core/errors/index.ts';
import type { VerificationKey } from '../keys/index.ts';

/** The annotation of a signature that says for which name the image is. */
export const NAME_ANNOTATION = 'dev.sampan.name';

/** The annotation of a signature that says when it was made, RFC 3339. */
export const TIME_ANNOTATION = 'dev.sampan.signed';

/** What a signature says of an image, once it is known that a trusted key said it. */
export interface Claim {
  /** The manifest or index that was signed. */
  readonly subject: Digest;
  /** The key that it verifies with. */
  readonly key: VerificationKey;
  readonly format: 'bundle' | 'simple';
  /** Everything else that was signed. */
  readonly annotations: Readonly<Record<string, string>>;
  /** For which image it is, as it was written; absent when it does not say. */
  readonly name?: string;
  /** When it was made, in milliseconds since 1970, by the signer's clock; absent when it does not say. */
  readonly signedAtMs?: number;
}

const MAX_ANNOTATIONS = 256;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** What claims are made of. */
export interface ClaimParts {
  readonly digest: unknown;
  readonly annotations: unknown;
  readonly key: VerificationKey;
  readonly format: Claim['format'];
  /** What the format itself says; an annotation says it better. */
  readonly name?: string;
}

/** @throws SampanError `invalid` for what no signer writes, `limit`. */
export function claimOf(parts: ClaimParts): Claim {
  const { digest, key, format } = parts;
  if (!isDigest(digest))
    throw new SampanError('invalid', 'a signature of something that is no sha256 digest');
  const annotations = annotationsOf(parts.annotations);
  const name = annotations[NAME_ANNOTATION] ?? parts.name;
  const time = annotations[TIME_ANNOTATION];
  return {
    subject: digest,
    key,
    format,
    annotations,
    ...(name === undefined ? {} : { name }),
    ...(time === undefined ? {} : { signedAtMs: parseTime(time) }),
  };
}

function annotationsOf(value: unknown): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new SampanError('invalid', 'a signature whose annotations are no object');
  }
  const entries = Object.entries(value);
  if (entries.length > MAX_ANNOTATIONS) {
    throw new SampanError('limit', `a signature with more than ${MAX_ANNOTATIONS} annotations`);
  }
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function parseTime(text: string): number {
  const ms = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new SampanError(
    'invalid',
    `a signature made at ${JSON.stringify(text.slice(0, 40))}, which is no time`,
  );
}
