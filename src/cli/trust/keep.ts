import type { Digest } from '../../core/bytes/index.ts';
import { wrap } from '../../core/errors/index.ts';
import { copyReferrers, type Layout } from '../../core/store/index.ts';
import { type SignedImage, signaturesOf } from '../../trust/sign/index.ts';
import type { Context } from '../context/index.ts';

/** Where signatures are kept. */
export interface KeepOptions {
  readonly layout: Layout;
  /** The image as it is there. */
  readonly to: Digest;
  /** Whether a policy asks for them: otherwise an image does without those that cannot be had. */
  readonly isNeeded: boolean;
}

/**
 * Copies the signatures of an image that was let in, so that it can be verified where it is now, offline, and
 * carried on with them.
 */
export async function keepSignatures(
  context: Pick<Context, 'signal' | 'stderr' | 'quiet'>,
  image: SignedImage,
  options: KeepOptions,
): Promise<void> {
  const { layout, to, isNeeded } = options;
  const { signal } = context;
  try {
    const referrers = await signaturesOf(image, { signal });
    await copyReferrers(image.source, layout, { referrers, to, signal });
  } catch (error) {
    if (isNeeded || signal.aborted) throw wrap(`keeping the signatures of ${image.name}`, error);
    const reason = error instanceof Error ? error.message : String(error);
    if (!context.quiet) context.stderr.write(`note: signatures of ${image.name} are not kept: ${reason}\n`);
  }
}
