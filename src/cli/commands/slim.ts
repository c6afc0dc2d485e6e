import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isSampanError, SampanError, wrap } from '../../core/errors/index.ts';
import { type Descriptor, normalName } from '../../core/oci/index.ts';
import {
  type ImageTarget,
  nameStored,
  type OpenImage,
  openSource,
  openTarget,
} from '../../core/store/index.ts';
import { parseEvidence, previewSlim, type SlimResult } from '../../image/slim/index.ts';
import { any, choice, defineCommand, flag, list, required, text } from '../command/index.ts';
import type { Context } from '../context/index.ts';
import {
  doubtOf,
  EVIDENCE_OPTION,
  EXERCISE_OPTIONS,
  openToolbox,
  printHints,
  printPlan,
  printSummary,
  REPORT_OPTION,
  readExercise,
  readText,
  removedByCategory,
  runJson,
  type SlimJob,
  slimAll,
  slimName,
  slimOne,
  slimPageOf,
  type Toolbox,
  toolsFor,
  warningsOf,
} from '../image/index.ts';
import { writeJson } from '../output/index.ts';

/** `sampan slim`. */
export const slimCommand = defineCommand({
  description: [
    'Runs the image once and watches which files it uses, adds what those can load, leaves the rest out, and rebuilds the image in layers that updates share. Then it runs the result in the same way: only an image that works as the original does gets its name. Level safe alone also goes on where the image cannot be run: its result gets its name with status 0, a loud line, and "proven": false in JSON; --require-proof forbids that.',
    'Levels: safe removes known waste and packages that nothing needs, and works without a run; balanced also keeps only those files of the operating system that something can load, but all of yours; tight keeps only what was used, so give it probes for all that the app does.',
    'What follows -- replaces the command of the image.',
  ].join('\n\n'),
  arguments: {
    image: required({
      description:
        'docker-daemon:NAME, oci-archive:FILE, docker-archive:FILE, oci:DIR, store:NAME, a file, or a bare name',
    }),
    command: any({ description: "a command instead of the image's", complete: 'nothing' }),
  },
  options: {
    level: choice({
      values: ['safe', 'balanced', 'tight'],
      default: 'balanced',
      description: 'how much goes',
    }),
    tag: text({
      placeholder: 'NAME',
      description: 'the name of the result in the store (NAME-slim unless told)',
    }),
    output: list({
      short: 'o',
      placeholder: 'TARGET',
      description: 'also write it to docker-daemon:NAME, oci-archive:FILE, …',
    }),
    engine: choice({
      values: ['auto', 'runc', 'docker'],
      default: 'auto',
      description: 'what runs the containers',
    }),
    platform: text({
      placeholder: 'OS/ARCH',
      description: 'which image of several, such as linux/arm64; all for an index of all',
    }),
    ...EXERCISE_OPTIONS,
    keep: list({ placeholder: 'GLOB', description: 'keep these paths: /app/**/*.so' }),
    drop: list({ placeholder: 'GLOB', description: 'leave these paths out' }),
    ...EVIDENCE_OPTION,
    requireProof: flag({
      description: 'end with status 3, and give no name, where level safe cannot run the image',
    }),
    noStrip: flag({ description: 'leave symbols and debug sections in programs' }),
    dryRun: flag({ description: 'print what would be kept and removed, and write nothing' }),
    ...REPORT_OPTION,
    json: flag({ description: 'print JSON, schema sampan.slim/1' }),
  },
  examples: [
    { line: 'slim corpus/app:1.2', explanation: 'make an image of the local engine small' },
    {
      line: 'slim app.tar --output docker-daemon:app:slim',
      explanation: 'from an archive, without Docker, into Docker',
    },
    {
      line: 'slim app:1.2 --level tight --probe http://:8080/ --probe \'POST http://:8080/api {"v":1} => 200\'',
      explanation: 'keep only what these requests need',
    },
  ],
  exitCodes: { 3: 'the original does not work here, or no slim image works as it does; nothing got a name' },
  async run(context, values) {
    const started = performance.now();
    const all = values.platform === ALL;
    const toolbox = await openToolbox(context, all ? {} : values);
    const exercise = readExercise(values, context.cwd, values.command);
    const evidence = values.evidence.map(path =>
      parseEvidence(readText(resolve(context.cwd, path), MAX_EVIDENCE_MIB), path),
    );
    const choosing = engineFor(toolbox, values);
    // Told when it is waited for.
    choosing.catch(() => {});
    await using image = await openSource(values.image, toolbox.images);
    // What cannot be written is said before the work, not behind it.
    const targets = values.output.map(name => openTarget(name, toolbox.images));
    const tag = normalName(values.tag ?? slimName(image));
    tellPlatform(context, image, values.platform);
    const engine = await choosing;
    const job: SlimJob = { source: values.image, context, toolbox, engine, exercise };
    const settings = { ...values, exercise, evidence, strip: !values.noStrip };
    if (values.dryRun) {
      const preview = await previewSlim({ ...settings, image }, toolsFor(job, image));
      return printPlan(context.stdout, preview, values.json);
    }
    const done = all ? await slimAll(job, image, settings) : await slimOne(job, image, settings);
    checkProof(context, done.results, values);
    const delivering = deliver(context, toolbox, { root: done.root, tag, targets });
    const [places] = await Promise.all([delivering, done.record()]);
    const summaries = done.results.map(result => ({ result, ms: performance.now() - started, places }));
    const [summary] = summaries;
    if (values.report !== undefined && summary !== undefined)
      writeReport(resolve(context.cwd, values.report), slimPageOf(summary, image.name));
    if (values.json)
      writeJson(
        context.stdout,
        'sampan.slim/1',
        all ? { platforms: summaries.map(jsonOf) } : jsonOf(summary!),
      );
    else for (const each of summaries) printSummary(context.stdout, each);
    if (!values.json && !context.quiet && summary !== undefined) printHints(context.stdout, summary);
  },
});

/** What `--platform` says for every image of an index. */
const ALL = 'all';

/** A hundred times what a large image takes. */
const MAX_EVIDENCE_MIB = 256;

function writeReport(path: string, page: string): void {
  try {
    writeFileSync(path, page);
  } catch (error) {
    throw wrap(`writing ${path}`, error);
  }
}

/** Level `safe` works without an engine; it is only not proven then. */
async function engineFor(
  toolbox: Toolbox,
  values: { readonly level: string; readonly engine: 'auto' | 'runc' | 'docker' },
) {
  try {
    return await toolbox.engine(values.engine);
  } catch (error) {
    const none = isSampanError(error, 'unavailable') || isSampanError(error, 'denied');
    if (none && values.level === 'safe' && values.engine === 'auto') return undefined;
    throw error;
  }
}

/** Who reads the JSON, or only the status, must not overlook that nothing is proven. */
function checkProof(
  context: Context,
  results: readonly SlimResult[],
  wanted: { readonly requireProof: boolean; readonly json: boolean },
): void {
  for (const doubt of results.map(doubtOf)) {
    if (doubt === undefined) continue;
    if (wanted.requireProof) {
      throw new SampanError('unproven', doubt, { remedy: 'mend that, or leave out --require-proof' });
    }
    if (wanted.json) context.stderr.write(`${doubt}\n`);
  }
}

/** One platform of an index is slimmed; who wants others must know. */
function tellPlatform(context: Context, image: OpenImage, chosen: string | undefined): void {
  if (chosen !== undefined || image.root.digest === image.image.descriptor.digest || context.quiet) return;
  context.stderr.write(
    "of the platforms of this image only this machine's is slimmed; choose another with --platform, or all\n",
  );
}

async function deliver(
  context: Context,
  { store }: Toolbox,
  what: { readonly root: Descriptor; readonly tag: string; readonly targets: readonly ImageTarget[] },
): Promise<string[]> {
  const { root } = what;
  await nameStored(store, what.tag, { root, signal: context.signal });
  const places = [`store:${what.tag}`];
  for (const target of what.targets) {
    const written = await target.write(store.blobs, root, { reference: what.tag, signal: context.signal });
    places.push(written.name);
  }
  return places;
}

function jsonOf({
  result,
  ms,
  places,
}: {
  readonly result: SlimResult;
  readonly ms: number;
  readonly places: readonly string[];
}) {
  return {
    level: result.plan.level,
    proven: result.runs !== undefined,
    ...(result.unproven === undefined ? {} : { unproven: result.unproven }),
    digest: result.rebuilt.root.digest,
    id: result.rebuilt.id,
    original: result.original.id,
    places,
    before: result.before,
    after: result.after,
    layers: result.rebuilt.layers,
    removed: removedByCategory(result),
    packages: result.plan.packages,
    attempts: result.attempts,
    warnings: result.runs === undefined ? [] : warningsOf([result.runs.original, result.runs.slim]),
    ms: Math.round(ms),
    ...(result.runs === undefined
      ? {}
      : { runs: { original: runJson(result.runs.original), slim: runJson(result.runs.slim) } }),
  };
}
