import { isSampanError } from '../../core/errors/index.ts';
import { type OpenImage, openSource, openTarget, type StoreContext } from '../../core/store/index.ts';
import type { ImagePlan } from '../../run/supervise/index.ts';
import type { Context } from '../context/index.ts';
import { openCarrying } from '../registry/index.ts';
import { admitOpened, carrySignatures, type Gate, openGate } from '../trust/index.ts';
import type { ImageBringer, ImageValues } from './bringing.ts';
import { type Nearby, nearbyFiles } from './nearby.ts';

/** Makes a bringer for a project; nothing is opened before it is needed. */
export function openBringer(context: Context, directory: string, values: ImageValues): ImageBringer {
  const once = <T>(open: () => Promise<T>): (() => Promise<T>) => {
    let opened: Promise<T> | undefined;
    return () => (opened ??= open());
  };
  const gateOf = once(() =>
    openGate(context, { policy: values.policy, allowRollback: values.allowRollback ?? false }),
  );
  const storeOf = once(() => openCarrying(context, values));
  const nearbyOf = once(
    async (): Promise<Nearby> =>
      nearbyFiles(context, directory, { images: (await storeOf()).images, gate: await gateOf() }),
  );
  return {
    bring: async image => {
      if (!image.isRefresh && (await (await nearbyOf()).load(image.reference))) return;
      const { images } = await openCarrying(context, { ...values, platform: image.platform });
      await carry(context, image, { images, gate: await gateOf() });
    },
    admit: async reference => {
      const gate = await gateOf();
      if (gate === undefined) return;
      await using opened = await openSource(`docker-daemon:${reference}`, (await storeOf()).images);
      await admitOpened(context, opened, { gate, reference });
    },
  };
}

interface Carried {
  readonly images: StoreContext;
  readonly gate: Gate | undefined;
}

async function carry(context: Context, plan: ImagePlan, { images, gate }: Carried): Promise<void> {
  const { reference } = plan;
  await using opened = await openFor(plan, images);
  if (gate !== undefined) await admitOpened(context, opened, { gate, reference });
  const root = opened.image.descriptor;
  const target = openTarget(`docker-daemon:${reference}`, images);
  const written = await target.write(opened.source, root, { signal: context.signal, reference });
  const signed = { name: opened.name, source: opened.source, root, parents: [opened.root] };
  await carrySignatures(context, signed, { written, images });
}

/** A newer image is asked of its registry only. */
async function openFor({ reference, isRefresh }: ImagePlan, images: StoreContext): Promise<OpenImage> {
  try {
    if (!isRefresh) return await openSource(`store:${reference}`, images);
  } catch (error) {
    if (!isSampanError(error, 'not-found')) throw error;
  }
  return await openSource(`docker://${reference}`, images);
}
