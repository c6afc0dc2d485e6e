import { basename, join } from 'node:path';
import { inStage, type Progress } from '../../core/progress/index.ts';
import { type StoreContext, withLock } from '../../core/store/index.ts';
import type { OpenBundle } from '../bundle/index.ts';
import type { LayeredImage } from '../inventory/index.ts';
import { completionsFor } from './complete.ts';
import { loadIntoEngine } from './engine.ts';
import { takesSteps } from './plan.ts';
import { loadIntoStore } from './store.ts';
import type { LoadPlan, NeededLayer } from './types.ts';

/** What carrying out a plan needs. */
export interface Loading {
  readonly context: StoreContext;
  readonly inEngine: readonly LayeredImage[];
  readonly progress: Progress;
  /** How much goes to an engine at once. */
  readonly stepBytes?: number;
}

/** Carries out a plan: afterwards all images are there whole under their names, or the old ones still are. */
export async function loadBundle(bundle: OpenBundle, plan: LoadPlan, how: Loading): Promise<void> {
  const { context } = how;
  const { signal } = context;
  await using open = new AsyncDisposableStack();
  const completions = await completionsFor(await layersElsewhere(bundle, plan), { ...how, open });
  const cancel = signal === undefined ? {} : { signal };
  await withLock(
    join(context.store.directory, '.load-lock'),
    async () =>
      await inStage(how.progress, {
        title: `Loading ${basename(bundle.path)}`,
        run: async stage => {
          const { place } = plan;
          if (place.kind === 'engine') {
            await loadIntoEngine(plan.images, {
              ...cancel,
              place,
              completions,
              stage,
              stepBytes: how.stepBytes,
            });
          } else await loadIntoStore(plan.images, { ...cancel, store: context.store, completions });
        },
      }),
    cancel,
  );
}

/** Layers that the archive lacks and that the place needs again. */
async function layersElsewhere(bundle: OpenBundle, plan: LoadPlan): Promise<readonly NeededLayer[]> {
  const { place } = plan;
  const isPresentEnough = place.kind === 'store' || takesSteps(place);
  const found: NeededLayer[] = [];
  for (const layer of plan.images.flatMap(image => image.layers)) {
    if (layer.state === 'carried' || (layer.state === 'present' && isPresentEnough)) continue;
    if (!(await bundle.source.has(layer.blob.digest))) found.push(layer);
  }
  return found;
}
