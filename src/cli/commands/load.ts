import { resolve } from 'node:path';
import { type OpenBundle, openBundle } from '../../carry/bundle/index.ts';
import { isDeltaFile, openDelta } from '../../carry/delta/index.ts';
import { type LoadPlan, loadBundle, planLoad } from '../../carry/load/index.ts';
import type { StoreContext } from '../../core/store/index.ts';
import {
  choosePlace,
  FETCH_OPTIONS,
  isUrl,
  loadPlanJson,
  loadSummary,
  withFetched,
  youngCollector,
} from '../bundles/index.ts';
import { defineCommand, flag, required, text } from '../command/index.ts';
import type { Context } from '../context/index.ts';
import { keepHeapSmall } from '../memory/index.ts';
import { writeJson } from '../output/index.ts';
import { openCarrying } from '../registry/index.ts';
import { admitBundle, GATE_OPTIONS, keepEvidence, openGate } from '../trust/index.ts';

/** `sampan load`. */
export const loadCommand = defineCommand({
  description:
    'Loads the images of a file into the local engine, or into the store where no engine answers. It takes bundles, deltas, Docker archives and OCI archives, plain or compressed. Before it begins it says what is missing and how much room that takes. Everything is verified before a name moves: afterwards either the new images are there whole, or the old ones still are. A second run goes on where a first was cut off. Where this device has a trust policy, nothing is loaded of a file with an image that it refuses; no network is asked.',
  arguments: {
    file: required({ description: 'the file, or an http or https address of one' }),
  },
  options: {
    into: text({
      placeholder: 'PLACE',
      description:
        'docker-daemon: or store:, with a name for the only image if you like; the engine if it answers, unless told',
    }),
    platform: text({
      placeholder: 'OS/ARCH',
      description: 'which image of several; for an engine its own, unless told',
    }),
    ...GATE_OPTIONS,
    ...FETCH_OPTIONS,
    dryRun: flag({ short: 'n', description: 'only say what is missing and how much room it takes' }),
    json: flag({ description: 'print JSON, schema sampan.load/1' }),
  },
  exitCodes: { 3: 'the trust policy refuses an image, and nothing is loaded' },
  examples: [
    { line: 'load update.tar', explanation: 'into the engine of this machine' },
    { line: 'load app.tar --into store:app:1.3', explanation: 'into the store, under that name' },
  ],
  async run(context, values) {
    keepHeapSmall();
    if (!isUrl(values.file)) return await loadFile(context, values, resolve(context.cwd, values.file));
    await withFetched(context, values, async path => await loadFile(context, values, path));
  },
});

interface LoadValues {
  readonly policy: string | undefined;
  readonly allowRollback: boolean;
  readonly into: string | undefined;
  readonly platform: string | undefined;
  readonly dryRun: boolean;
  readonly json: boolean;
}

async function loadFile(context: Context, values: LoadValues, path: string): Promise<void> {
  const { images } = await openCarrying(context, values);
  const { signal } = context;
  const tell = (text: string): void => {
    if (!values.json && !context.quiet) context.stderr.write(`${text}\n`);
  };
  await using bundle = await openFile(path, { ...images, tell });
  const { place, inEngine, name } = await choosePlace(values.into, images);
  const { platform } = images;
  const plan = await planLoad(bundle, place, { store: images.store, inEngine, platform, name, signal });
  if (!values.json && !context.quiet) {
    (values.dryRun ? context.stdout : context.stderr).write(`${loadSummary(plan)}\n`);
  }
  const gate = await openGate(context, { ...values, isTrial: values.dryRun });
  await admitBundle({ bundle, plan, gate });
  if (!values.dryRun) {
    await loadBundle(bundle, plan, { context: images, inEngine, progress: context.progress });
    await keepEvidence(context, plan);
  }
  if (values.json)
    writeJson(context.stdout, 'sampan.load/1', { loaded: !values.dryRun, ...loadPlanJson(plan) });
  else if (!values.dryRun) printNames(context, plan);
}

/** A delta is read beside the image that it builds on, and is then as good as a bundle. */
async function openFile(
  path: string,
  images: StoreContext & { tell(text: string): void },
): Promise<OpenBundle> {
  return isDeltaFile(path)
    ? await openDelta(path, { ...images, relieve: youngCollector() })
    : await openBundle(path, images);
}

function printNames({ stdout }: Context, { images, place }: LoadPlan): void {
  const transport = place.kind === 'store' ? 'store' : 'docker-daemon';
  for (const { names, id } of images) {
    for (const name of names.length === 0 ? [id] : names) stdout.write(`${transport}:${name}\n`);
  }
}
