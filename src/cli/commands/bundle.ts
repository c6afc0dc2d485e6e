import { resolve } from 'node:path';
import {
  type BundlePlan,
  type LayerCompression,
  makeBundle,
  planBundle,
  type Target,
} from '../../carry/bundle/index.ts';
import { formatChunkList } from '../../carry/fetch/index.ts';
import { type Compression, writeAtomically } from '../../core/bytes/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import { bundlePlanJson, gather, openTargetFor, printBundlePlan } from '../bundles/index.ts';
import { choice, defineCommand, file, flag, list, number, several, text } from '../command/index.ts';
import type { Context } from '../context/index.ts';
import { openToolbox } from '../image/index.ts';
import { formatSize, writeJson } from '../output/index.ts';

/** `sampan bundle`. */
export const bundleCommand = defineCommand({
  description:
    'Writes images with their signatures and lists of contents to one file, which docker load, podman load, ctr images import, skopeo and sampan load take. With --for, layers that the device has are left out; Docker takes such a file too. What is carried and what is left out is printed before anything is written. The same images give the same bytes.',
  arguments: {
    image: several({ description: 'images, named as in sampan copy' }),
  },
  options: {
    output: file({
      short: 'o',
      description:
        'the file; one that ends in .gz or .zst is compressed as a whole, and digests stay as they are',
    }),
    for: list({
      placeholder: 'TARGET',
      complete: 'files',
      description:
        'what the device has: an inventory that sampan inventory wrote there, a bundle that it was given, or an image; may be repeated',
    }),
    compression: choice({
      values: ['auto', 'keep', 'none', 'gzip', 'zstd'],
      default: 'auto',
      description:
        'of each layer: auto compresses plain ones with gzip unless the image is signed; others than keep may change the digest of the manifest',
    }),
    level: number({ min: 1, max: 19, description: 'how hard to compress; gzip knows 1 to 9' }),
    platform: text({
      placeholder: 'OS/ARCH|all',
      description: 'which image of several; that of the inventory, or of this machine, unless told',
    }),
    name: text({ description: 'what the image is called where it is loaded' }),
    bare: flag({ description: 'without signatures and lists of contents' }),
    chunks: flag({ description: 'also write FILE.chunks, by which sampan fetch mends a damaged transfer' }),
    dryRun: flag({ short: 'n', description: 'only say what would be carried' }),
    json: flag({ description: 'print JSON, schema sampan.bundle/1' }),
  },
  examples: [
    { line: 'bundle app:1.3 -o app.tar', explanation: 'one file for any engine' },
    {
      line: 'bundle app:1.3 broker:2 --for gateway.json -o update.tar',
      explanation: 'only what the gateway lacks',
    },
    { line: 'bundle app:1.3 --for app:1.2 --dry-run', explanation: 'how much an update would carry' },
  ],
  async run(context, values) {
    const { output, dryRun, json } = values;
    if (output === undefined && !dryRun) {
      throw new SampanError('usage', 'no file is named', { remedy: 'say where: -o FILE, or --dry-run' });
    }
    const { images } = await openToolbox(context);
    const targets: Target[] = [];
    for (const name of values.for) targets.push(await openTargetFor(name, images));
    const platform = values.platform ?? targets.find(target => target.platform !== undefined)?.platform;
    const allPlatforms = platform === 'all';
    const chosen = allPlatforms ? {} : { platform };
    const { images: source } = await openToolbox(context, chosen);
    await using open = new AsyncDisposableStack();
    const gathered = await gather(values.image, { ...values, context: source, allPlatforms, open });
    const whole = output === undefined ? 'none' : wholeOf(output);
    const compression = compressionOf(values.compression, whole);
    const plan = planBundle(gathered.items, targets);
    say(context, plan, { targets, json, dryRun, notes: gathered.notes, compression, whole });
    if (output === undefined || dryRun) {
      if (json) writeJson(context.stdout, 'sampan.bundle/1', bundlePlanJson(plan));
      return;
    }
    const made = await makeBundle(gathered.items, plan, {
      ...values,
      path: resolve(context.cwd, output),
      compression,
      whole,
      workDirectory: images.workDirectory,
      signal: context.signal,
      progress: context.progress,
    });
    const { size: sizeBytes, digest } = made.list;
    if (values.chunks)
      await writeAtomically(`${resolve(context.cwd, output)}.chunks`, once(formatChunkList(made.list)));
    if (json)
      writeJson(context.stdout, 'sampan.bundle/1', {
        file: output,
        sizeBytes,
        digest,
        ...bundlePlanJson(plan),
      });
    else context.stdout.write(`${output}  ${formatSize(sizeBytes)}  ${digest}\n`);
  },
});

async function* once(content: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(content);
}

/** What is compressed as a whole gains nothing from compressed layers. */
function compressionOf(asked: LayerCompression | 'keep', whole: Compression): LayerCompression | undefined {
  return asked === 'keep' || (asked === 'auto' && whole !== 'none') ? undefined : asked;
}

function wholeOf(path: string): Compression {
  if (/(\.gz|\.tgz)$/.test(path)) return 'gzip';
  return /\.t?zst$/.test(path) ? 'zstd' : 'none';
}

interface Saying {
  readonly targets: readonly Target[];
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly notes: readonly string[];
  readonly compression: LayerCompression | undefined;
  readonly whole: Compression;
}

function say(context: Context, plan: BundlePlan, what: Saying): void {
  const { targets, json, dryRun } = what;
  if (!json && (dryRun || !context.quiet)) {
    printBundlePlan(dryRun ? context.stdout : context.stderr, plan, targets);
  }
  if (context.quiet) return;
  for (const note of [...what.notes, ...notesOn(plan, what)]) context.stderr.write(`note: ${note}\n`);
}

function notesOn(plan: BundlePlan, { targets, compression, whole }: Saying): readonly string[] {
  const notes: string[] = [];
  const strict = targets.find(target => target.takesPartial === false);
  if (plan.leftOut.size > 0 && strict !== undefined) {
    notes.push(
      `the engine of ${strict.name} itself takes whole archives only: load this there with sampan load`,
    );
  }
  if (compression === 'zstd')
    notes.push('layers in zstd need Docker 23, Podman 4 or containerd 1.5, or newer');
  if (whole !== 'none') {
    notes.push(
      'compressed as a whole, for docker load and sampan load; other programs may want it inflated first',
    );
  }
  return notes;
}
