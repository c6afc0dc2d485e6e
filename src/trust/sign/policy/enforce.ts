import { SampanError } from '../../../core/errors/index.ts';
import { formatReference, type Reference } from '../../../core/oci/index.ts';
import type { Cancel } from '../../../core/store/index.ts';
import type { Claim } from '../envelope/index.ts';
import { refusal, type SignedImage, type Verification, verifyImage } from '../image/index.ts';
import { nameProblem, parsePattern, referenceOf } from './names.ts';
import type { AcceptedRecord } from './record.ts';
import type { Policy, Rule, SignedRule } from './types.ts';

/** An image that wants in. */
export interface Candidate extends SignedImage {
  /** What it will be called here; absent where it gets no name. Decides which rule counts. */
  readonly reference: string | undefined;
}

/** What enforcing needs besides. */
export interface EnforceOptions extends Cancel {
  /** Milliseconds since 1970, by the clock of the device; asked only where a rule has a maximum age. */
  readonly now: () => number;
  readonly record: AcceptedRecord;
  /** An operator wants an older image on purpose: it is accepted, and remembered as the last one. */
  readonly allowRollback?: boolean;
}

/** Why an image was let in. */
export interface Permit {
  /** `signed`: its signatures hold; `allowed`: the policy lets it in without. */
  readonly verdict: 'signed' | 'allowed';
  /** The patterns of the rule that spoke; absent for the default. */
  readonly rule?: readonly string[];
  /** Those that count. */
  readonly claims: readonly Claim[];
}

/**
 * Lets an image in, or throws. Asks nothing of any network: signatures are read from the source of the image,
 * keys from the policy. Where the rule refuses rollbacks, what is let in is remembered before this returns, so
 * that nothing signed earlier gets in under the same name later.
 *
 * @throws SampanError `unproven` saying which rule refuses what, `limit`, or what the source and the record throw.
 */
export async function enforcePolicy(
  policy: Policy,
  image: Candidate,
  options: EnforceOptions,
): Promise<Permit> {
  const reference = image.reference === undefined ? undefined : referenceOf(image.reference);
  const rule = ruleFor(policy, reference);
  const action = rule?.action ?? policy.default;
  const spoken = rule === undefined ? {} : { rule: rule.names };
  if (action === 'allow') return { verdict: 'allowed', claims: [], ...spoken };
  if (rule === undefined || rule.action !== 'signed') throw denied(policy, image, rule);
  const found = await verifyImage(image, rule.keys, options);
  const claims = good(image, found, { rule, reference, now: options.now });
  await remember(image, signedAt(claims, found), { rule, reference, ...options });
  return { verdict: 'signed', claims, ...spoken };
}

/** The first rule that fits a name; what has no name fits only a rule for everything. */
function ruleFor(policy: Policy, reference: Reference | undefined): Rule | undefined {
  const isFor = (pattern: string): boolean => {
    if (reference === undefined) return pattern === '*' || pattern === '**';
    return parsePattern(pattern, policy.path)(reference);
  };
  return policy.rules.find(rule => rule.names.some(isFor));
}

function denied(policy: Policy, image: Candidate, rule: Rule | undefined): SampanError {
  const why =
    rule === undefined
      ? 'no rule is for it, and the default is deny'
      : `a rule denies ${rule.names.join(', ')}`;
  return new SampanError('unproven', `${image.name} is refused by ${policy.path}: ${why}`, {
    remedy: `let ${policy.path} say which keys sign this name`,
  });
}

interface Terms {
  readonly rule: SignedRule;
  readonly reference: Reference | undefined;
  readonly now: () => number;
}

/** The claims that meet the rule. @throws SampanError `unproven`. */
function good(image: Candidate, found: Verification, terms: Terms): readonly Claim[] {
  const problems: SampanError[] = [];
  const claims = found.claims.filter(claim => {
    const problem = claimProblem(claim, terms);
    if (problem !== undefined) problems.push(problem);
    return problem === undefined;
  });
  const { threshold, keys } = terms.rule;
  if (found.isCoveredBy(claims, threshold)) return claims;
  const all = [...problems, ...found.problems];
  if (claims.length === 0) throw refusal(image, all);
  const signers = [...new Set(claims.map(({ key }) => key.name))].join(', ');
  const isPartly = !found.isCoveredBy(claims, 1);
  const why = isPartly
    ? 'only some of its platforms are signed'
    : `signed by ${signers}, and ${threshold} of ${keys.length} keys must have signed`;
  throw refusal(image, [new SampanError('unproven', why), ...all]);
}

function claimProblem(claim: Claim, { rule, reference, now }: Terms): SampanError | undefined {
  const name = nameProblem(claim.name, reference, rule.signedName);
  if (name !== undefined) {
    return new SampanError('unproven', name, {
      remedy: 'sign it for this name (sampan sign --name), or let the policy say another signedName',
    });
  }
  return timeProblem(claim, rule, now);
}

function timeProblem({ signedAtMs }: Claim, rule: SignedRule, now: () => number): SampanError | undefined {
  const { maxAgeMs, notBeforeMs, rollback } = rule;
  if (maxAgeMs === undefined && notBeforeMs === undefined && rollback === 'allow') return undefined;
  if (signedAtMs === undefined) {
    return new SampanError('unproven', 'the signature does not say when it was made, and the policy asks', {
      remedy: 'sign it with sampan sign, or with cosign sign -a dev.sampan.signed=2026-01-31T12:00:00Z',
    });
  }
  const made = new Date(signedAtMs).toISOString();
  if (notBeforeMs !== undefined && signedAtMs < notBeforeMs) {
    const since = new Date(notBeforeMs).toISOString();
    return new SampanError('unproven', `signed at ${made}, and only what was signed since ${since} counts`);
  }
  if (maxAgeMs !== undefined && now() - signedAtMs > maxAgeMs) {
    const days = Math.floor(maxAgeMs / 86_400_000);
    return new SampanError(
      'unproven',
      `signed at ${made}, and that has expired: at most ${days} days count`,
      {
        remedy: 'sign it again; or set the clock, if the device has the wrong time',
      },
    );
  }
  return undefined;
}

/** An index that nobody signed as a whole is as old as the oldest signature within. */
function signedAt(claims: readonly Claim[], found: Verification): number {
  const times = (some: readonly Claim[]): number[] => some.map(claim => claim.signedAtMs ?? 0);
  const ofWhole = claims.filter(claim => found.isCoveredBy([claim], 1));
  return ofWhole.length > 0 ? Math.max(...times(ofWhole)) : Math.min(...times(claims));
}

/** A digest in the name says which image is meant; nobody can give another one. */
async function remember(
  image: Candidate,
  signedAtMs: number,
  terms: Pick<Terms, 'rule' | 'reference'> & EnforceOptions,
): Promise<void> {
  const { rule, reference, record, allowRollback } = terms;
  if (rule.rollback === 'allow' || reference === undefined || reference.digest !== undefined) return;
  const name = formatReference({ ...reference, tag: reference.tag ?? 'latest' });
  const { digest } = image.root;
  await record.change(name, before => {
    if (before === undefined || signedAtMs >= before.signedAtMs || allowRollback)
      return { digest, signedAtMs };
    throw older(image, { signedAtMs, lastMs: before.signedAtMs });
  });
}

function older(
  image: Candidate,
  { signedAtMs, lastMs }: { readonly signedAtMs: number; readonly lastMs: number },
): SampanError {
  const [made, last] = [signedAtMs, lastMs].map(ms => new Date(ms).toISOString());
  return new SampanError(
    'unproven',
    `${image.name} is older than what this device has accepted under its name: signed at ${made}, after ${last}`,
    { remedy: 'to go back on purpose: sign the old image again, or use --allow-rollback once' },
  );
}
