import { resolve } from 'node:path';
import type { Digest } from '../../core/bytes/index.ts';
import { wrap } from '../../core/errors/index.ts';
import { parseManifest } from '../../core/oci/index.ts';
import {
  blobDirectory,
  copyReferrers,
  graphOf,
  isAttachingSource,
  type Layout,
  openSource,
  parseImageName,
  readDocument,
  type StoreContext,
  type Written,
} from '../../core/store/index.ts';
import { type SignedImage, signaturesOf } from '../../trust/sign/index.ts';
import type { Context } from '../context/index.ts';
import { evidenceLayout } from './evidence.ts';

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
  const keep = async (): Promise<void> => {
    const referrers = await signaturesOf(image, { signal });
    await copyReferrers(image.source, layout, { referrers, to, signal });
  };
  await (isNeeded ? orSay(keep, image) : orNote(keep, image, context));
}

async function orSay(work: () => Promise<void>, { name }: SignedImage): Promise<void> {
  await work().catch(error => {
    throw wrap(`carrying the signatures of ${name}`, error);
  });
}

/** An image whose signatures cannot be carried is carried all the same: whoever asks for them refuses it. */
async function orNote(
  work: () => Promise<void>,
  { name }: SignedImage,
  { signal, stderr, quiet }: Pick<Context, 'signal' | 'stderr' | 'quiet'>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (signal.aborted) throw wrap(`carrying the signatures of ${name}`, error);
    const reason = error instanceof Error ? error.message : String(error);
    if (!quiet) stderr.write(`note: the signatures of ${name} were not carried: ${reason}\n`);
  }
}

/**
 * Carries the signatures of an image to where it was written, if that place keeps signatures: the store, a layout,
 * an engine (beside it), or a registry where the image has the digest that was signed; otherwise that is said.
 */
export async function carrySignatures(
  context: Context,
  image: SignedImage,
  to: { readonly written: Written; readonly images: StoreContext },
): Promise<void> {
  const { written, images } = to;
  const place = parseImageName(written.name);
  const keep = async (layout: Layout, digest: Digest | undefined): Promise<void> => {
    if (digest !== undefined) await keepSignatures(context, image, { layout, to: digest, isNeeded: false });
  };
  if (place.transport === 'store') await keep(images.store, written.root.digest);
  else if (place.transport === 'docker-daemon') await keep(evidenceLayout(context), written.imageId);
  else if (place.transport === 'oci') {
    const directory = resolve(context.cwd, place.path);
    await keep({ directory, blobs: blobDirectory(directory) }, written.root.digest);
  } else if (place.transport === 'docker')
    await orNote(async () => await attachAll(context, image, to), image, context);
}

/** Those that are about what is there now; who signed only what it was here before hears of it. */
async function attachAll(
  { signal, stderr, quiet }: Context,
  { name, source, root }: SignedImage,
  { written, images }: { readonly written: Written; readonly images: StoreContext },
): Promise<void> {
  const signatures = await signaturesOf({ source, root }, { signal });
  if (signatures.length === 0) return;
  const isSame = written.root.digest === root.digest;
  const blobs = isSame ? await graphOf(source, root, { signal }) : [written.root];
  const there = new Set(blobs.map(({ digest }) => digest));
  await using target = await openSource(written.name, images);
  if (!isAttachingSource(target.source)) return;
  let attached = 0;
  for (const signature of signatures) {
    const { subject } = parseManifest(await readDocument(source, signature, { signal }), signature.digest);
    if (subject === undefined || !there.has(subject.digest)) continue;
    await target.source.attach(source, signature, { signal });
    attached += 1;
  }
  if (attached > 0 || quiet) return;
  stderr.write(
    `note: the signatures of ${name} were not carried: they are of other bytes, as its layers are compressed there\n  sign it there: sampan sign ${written.name} --key FILE\n`,
  );
}
