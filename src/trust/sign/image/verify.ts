import type { Digest } from '../../../core/bytes/index.ts';
import { SampanError } from '../../../core/errors/index.ts';
import type { Descriptor } from '../../../core/oci/index.ts';
import type { Cancel } from '../../../core/store/index.ts';
import type { Claim } from '../envelope/index.ts';
import type { VerificationKey } from '../keys/index.ts';
import { MAX_SUBJECTS } from './attached.ts';
import { collectSignatures } from './collect.ts';
import { attachedTo, covers, type Documents, readDocuments } from './covers.ts';
import type { SignedImage } from './types.ts';

/** What signatures say of an image. Nothing of it is trusted but the claims. */
export interface Verification {
  /** By trusted keys, each covering the image, or a part of it where it is an index. The newest first. */
  readonly claims: readonly Claim[];
  /** Why others do not count. */
  readonly problems: readonly SampanError[];
  /** The manifests of the good signatures. */
  readonly referrers: readonly Descriptor[];
  /** Whether these claims together cover the whole image, with as many different keys everywhere. */
  isCoveredBy(claims: readonly Claim[], threshold: number): boolean;
}

const MAX_REASONS = 3;

/**
 * Checks every signature of an image that its source has. Never throws because a signature is bad.
 *
 * @throws SampanError `limit` for too many signatures or platforms, or what the source throws.
 */
export async function verifyImage(
  image: SignedImage,
  keys: readonly VerificationKey[],
  options: Cancel = {},
): Promise<Verification> {
  const { source, root, parents = [] } = image;
  const roots = [root, ...parents];
  const subjects = attachedTo(roots, await readDocuments(source, roots, options));
  if (subjects.length > MAX_SUBJECTS) {
    throw new SampanError('limit', `${image.name}: more than ${MAX_SUBJECTS} images in one index`);
  }
  const found = await collectSignatures(source, { ...options, subjects, keys });
  const documents = await readDocuments(source, [...roots, ...found.subjects], options);
  const parts = partsOf(root.digest, documents);
  const isOurs = ({ subject }: Claim): boolean => parts.some(part => covers(subject, part, documents));
  const claims = found.claims.filter(isOurs);
  const foreign = found.claims.filter(claim => !isOurs(claim)).map(claim => otherImage(claim));
  return {
    claims: claims.toSorted((a, b) => (b.signedAtMs ?? 0) - (a.signedAtMs ?? 0)),
    problems: [...foreign, ...found.problems],
    referrers: found.referrers,
    isCoveredBy: (some, threshold) => {
      const enough = (part: Digest): boolean => {
        const good = some.filter(({ subject }) => covers(subject, part, documents));
        return new Set(good.map(({ key }) => key.id)).size >= threshold;
      };
      return enough(root.digest) || (parts.length > 1 && parts.slice(1).every(enough));
    },
  };
}

/** The root itself first, then what it consists of. */
function partsOf(root: Digest, documents: Documents): readonly Digest[] {
  const leaves = [root, ...(documents.children.get(root) ?? [])];
  return [...new Set(leaves)];
}

function otherImage(claim: Claim): SampanError {
  return new SampanError('unproven', `the signature is one of another image: ${claim.subject}`);
}

/**
 * Says why an image is refused: the most telling of what was found.
 *
 * @returns SampanError `unproven`.
 */
export function refusal(image: SignedImage, problems: readonly SampanError[]): SampanError {
  const what = `${image.name} (${image.root.digest})`;
  const [first] = problems;
  if (first === undefined) {
    return new SampanError('unproven', `${what} is not signed`, {
      remedy: 'sign it with sampan sign or cosign sign, and carry its signatures along',
    });
  }
  const reasons = [...new Set(problems.map(problem => problem.message))];
  const more = reasons.length > MAX_REASONS ? `; and ${reasons.length - MAX_REASONS} more` : '';
  const remedy = first.remedy === undefined ? {} : { remedy: first.remedy };
  const text = `${what} is refused: ${reasons.slice(0, MAX_REASONS).join('; ')}${more}`;
  return new SampanError('unproven', text, { cause: first, ...remedy });
}
