import { openSource, openTarget } from '../../core/store/index.ts';
import type { ImagePlan } from '../../run/supervise/index.ts';
import type { Context } from '../context/index.ts';
import { openCarrying } from '../registry/index.ts';
import { openGate } from '../trust/index.ts';

/**
 * Brings an image into the engine: from the store of Sampan where it is there, otherwise from its registry. A trust
 * policy of the device is asked first.
 */
export async function bringImage(
  context: Context,
  { reference, platform }: ImagePlan,
  policy: string | undefined,
): Promise<void> {
  const { images } = await openCarrying(context, { platform });
  const gate = await openGate(context, { policy, allowRollback: false });
  const stored = await openSource(`store:${reference}`, images).catch(() => undefined);
  await using image = stored ?? (await openSource(`docker://${reference}`, images));
  const root = image.image.descriptor;
  await gate?.admit({ name: image.name, source: image.source, root, parents: [image.root], reference });
  await openTarget(`docker-daemon:${reference}`, images).write(image.source, root, {
    signal: context.signal,
    reference,
  });
}
