import { type Digest, readStream } from '../../../core/bytes/index.ts';
import { type ErrorCode, isSampanError, SampanError, wrap } from '../../../core/errors/index.ts';
import { type Descriptor, kindOf, type Manifest, parseManifest } from '../../../core/oci/index.ts';
import { type BlobSource, type Cancel, readDocument } from '../../../core/store/index.ts';
import {
  type Claim,
  MAX_SIGNATURE_BYTES,
  SIMPLE_SIGNATURE,
  SIMPLE_TYPE,
  verifyBundle,
  verifySimple,
} from '../envelope/index.ts';
import type { VerificationKey } from '../keys/index.ts';
import { isSignatureLayer, referrersOf } from './attached.ts';

/** No image has more signatures that are looked at. */
export const MAX_SIGNATURES = 128;

const OF_SIGNATURES: ReadonlySet<ErrorCode> = new Set([
  'unproven',
  'not-found',
  'invalid',
  'integrity',
  'unsupported',
  'limit',
]);

/** What was found attached to some images. */
export interface Found {
  /** What trusted keys say; of which image, must still be looked at. */
  readonly claims: readonly Claim[];
  /** What is a signature, but not a good one. */
  readonly problems: readonly SampanError[];
  /** The manifests that hold good signatures. */
  readonly referrers: readonly Descriptor[];
  /** What they say they are attached to; not to be trusted. */
  readonly subjects: readonly Descriptor[];
}

/** Where to look, and with which keys. */
export interface CollectOptions extends Cancel {
  readonly subjects: readonly Digest[];
  readonly keys: readonly VerificationKey[];
}

/**
 * Reads every signature that a source has for some images and checks it against keys. A signature that is bad,
 * damaged or too large is a problem that is told, and hides no other.
 *
 * @throws SampanError `limit` for more than 128 signatures, or what the source throws when asked for the list.
 */
export async function collectSignatures(source: BlobSource, options: CollectOptions): Promise<Found> {
  const { subjects, keys } = options;
  const claims: Claim[] = [];
  const problems: SampanError[] = [];
  const good = new Map<Descriptor, Descriptor | undefined>();
  let seen = 0;
  for (const referrer of await referrersOf(source, subjects, options)) {
    const { layers, subject } = await signaturesIn(source, referrer, { problems, ...options });
    seen += layers.length;
    if (seen > MAX_SIGNATURES) throw tooMany();
    for (const layer of layers) {
      try {
        claims.push(...(await check(source, layer, { ...options, keys })));
        good.set(referrer, subject);
      } catch (error) {
        problems.push(problemOf(error));
      }
    }
  }
  const attached = [...good.values()].filter(subject => subject !== undefined);
  return { claims, problems, referrers: [...good.keys()], subjects: attached };
}

function tooMany(): SampanError {
  return new SampanError('limit', `more than ${MAX_SIGNATURES} signatures of one image`, {
    remedy: 'remove those that nobody needs from where the image is',
  });
}

/** Whoever stops the work, a source that is away, and a bug are no problems of a signature. */
function problemOf(error: unknown): SampanError {
  if (isSampanError(error) && OF_SIGNATURES.has(error.code)) return error;
  throw wrap('reading a signature', error);
}

/** The layers of a referrer that are signatures; of other things that are attached, none. */
async function signaturesIn(
  source: BlobSource,
  referrer: Descriptor,
  options: Cancel & { readonly problems: SampanError[] },
): Promise<Pick<Manifest, 'layers' | 'subject'>> {
  if (kindOf(referrer.mediaType) !== 'manifest') return { layers: [] };
  try {
    const bytes = await readDocument(source, referrer, options);
    const manifest = parseManifest(bytes, `what is attached as ${referrer.digest}`);
    const layers = manifest.layers.filter(isSignatureLayer);
    return { ...manifest, layers };
  } catch (error) {
    options.problems.push(problemOf(error));
    return { layers: [] };
  }
}

async function check(
  source: BlobSource,
  layer: Descriptor,
  options: Cancel & { readonly keys: readonly VerificationKey[] },
): Promise<readonly Claim[]> {
  if (layer.size > MAX_SIGNATURE_BYTES) {
    throw new SampanError(
      'limit',
      `a signature of ${layer.size} bytes, at most ${MAX_SIGNATURE_BYTES} are read`,
    );
  }
  const bytes = await readStream(source.open(layer, options), layer.digest, MAX_SIGNATURE_BYTES);
  if (layer.mediaType !== SIMPLE_TYPE) return verifyBundle(bytes, options.keys);
  return [verifySimple(bytes, layer.annotations?.[SIMPLE_SIGNATURE], options.keys)];
}
