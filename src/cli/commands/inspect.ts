import { SampanError } from '../../core/errors/index.ts';
import { inStage, type Progress } from '../../core/progress/index.ts';
import { type OpenImage, openSource } from '../../core/store/index.ts';
import {
  checkBudget,
  type Inspection,
  inspectImage,
  markdownOf,
  rememberedInspection,
  reportOf,
  type Violation,
} from '../../image/inspect/index.ts';
import { defineCommand, file, flag, required, text } from '../command/index.ts';
import type { Context, RawTerminal } from '../context/index.ts';
import {
  BUDGET_OPTIONS,
  type Growth,
  growthBetween,
  growthMarkdown,
  LOOKING_OPTIONS,
  type Looking,
  openLooking,
  printGrowth,
  printInspection,
  readBudget,
  readBuiltFrom,
  writeAs,
  writePage,
} from '../inspection/index.ts';
import { formatSize } from '../output/index.ts';
import { readVersion } from '../version/index.ts';

/** `sampan inspect`. */
export const inspectCommand = defineCommand({
  description: [
    'Tells where the bytes of an image are, which of them are waste, which instruction brought them in, and what to write instead. Nothing is run, unpacked or sent; of an uncompressed archive only the headers are read.',
    'With limits it is a gate: it exits with 3 when the image breaks them. Limits may also stand in .sampan.yaml, in a section budget: max-size, max-waste, min-efficiency, max-growth, fail-on.',
  ].join('\n\n'),
  arguments: {
    image: required({
      description:
        'docker-daemon:NAME, oci-archive:FILE, docker-archive:FILE, oci:DIR, store:NAME, a file, or a bare name',
    }),
  },
  options: {
    ...LOOKING_OPTIONS,
    json: flag({ description: 'print JSON, schema sampan.inspect/1' }),
    html: file({ description: 'also write a page: treemap, layers, findings, packages' }),
    explore: flag({ description: 'look around in it on the terminal: layers, tree, findings' }),
    all: flag({ description: 'show every finding' }),
    dockerfile: file({ description: 'what it was built from: reports then point at its lines' }),
    against: text({
      placeholder: 'IMAGE',
      description: 'tell how much it grew against another image, by layer and package',
    }),
    ...BUDGET_OPTIONS,
  },
  examples: [
    { line: 'inspect app:1.2', explanation: 'an image of the local engine' },
    {
      line: 'inspect app.tar --html app.html',
      explanation: 'an archive, without Docker, as a page to look at',
    },
    {
      line: 'inspect app:1.2 --max-size 200MB --max-waste 5% --fail-on secrets --format sarif',
      explanation: 'a gate for CI',
    },
  ],
  exitCodes: { 3: 'the image breaks its budget' },
  async run(context, values) {
    const terminal = values.explore ? await terminalOf(context, values) : undefined;
    if (values.maxGrowth !== undefined && values.against === undefined) {
      throw new SampanError('usage', '--max-growth needs --against, the image that it grew against');
    }
    const budget = await readBudget(values, context.cwd);
    const builtFrom = await readBuiltFrom(context.cwd, values.dockerfile);
    const looking = await openLooking(context, values);
    await using image = await openSource(values.image, looking.images);
    const inspection = await inspectionOf(image, {
      ...looking,
      progress: context.progress,
      context,
      html: values.html,
      terminal,
    });
    const growth =
      values.against === undefined
        ? undefined
        : await growthAgainst(values.against, { ...looking, progress: context.progress }, inspection);
    const violations = checkBudget(inspection, budget, growth?.bytes);
    if (terminal === undefined) {
      writeAs(context.stdout, values, {
        schema: 'sampan.inspect/1',
        json: () => ({ ...inspection, violations, ...(growth && { growth }) }),
        markdown: () =>
          markdownOf(inspection, violations) + (growth === undefined ? '' : growthMarkdown(growth)),
        report: () => reportOf(inspection, { violations, version: readVersion(), builtFrom }),
        print: () => {
          printInspection(context.stdout, inspection, { violations, all: values.all });
          if (growth !== undefined) printGrowth(context.stdout, growth, values);
        },
      });
    }
    if (violations.length > 0) throw brokenBudget(violations);
  },
});

/** Told before anything is read. @throws SampanError `usage`. */
async function terminalOf(
  context: Context,
  { json, format }: { readonly json: boolean; readonly format: string },
): Promise<RawTerminal> {
  if (json || format !== 'text') {
    throw new SampanError('usage', '--explore prints nothing: leave out --json and --format');
  }
  const { terminalFor } = await import('../explore/index.ts');
  return terminalFor(context);
}

/** A page and the explorer need more than what is remembered. */
async function inspectionOf(
  image: OpenImage,
  options: Looking & {
    readonly progress: Progress;
    readonly context?: Context;
    readonly html?: string | undefined;
    readonly terminal?: RawTerminal | undefined;
  },
): Promise<Inspection> {
  const { context, html, terminal, cache, images } = options;
  const needsAll = html !== undefined || terminal !== undefined;
  const remembered = needsAll ? undefined : await rememberedInspection(image, cache);
  if (remembered !== undefined) return remembered;
  using inspected = await inStage(options.progress, {
    title: `Read ${image.name}`,
    run: () => inspectImage(image, { cache, ...(images.signal && { signal: images.signal }) }),
    summary: ({ inspection: { totals } }) => formatSize(totals.sizeBytes),
  });
  if (html !== undefined && context !== undefined) {
    const { inspectPageOf } = await import('../inspection-pages/index.ts');
    writePage(context, html, inspectPageOf(inspected));
  }
  if (terminal !== undefined && context !== undefined) {
    const { explore } = await import('../explore/index.ts');
    await explore(inspected, terminal, context);
  }
  return inspected.inspection;
}

async function growthAgainst(
  name: string,
  looking: Looking & { readonly progress: Progress },
  after: Inspection,
): Promise<Growth> {
  await using image = await openSource(name, looking.images);
  return growthBetween(await inspectionOf(image, looking), after);
}

function brokenBudget(violations: readonly Violation[]): SampanError {
  const [first, ...others] = violations;
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  return new SampanError('unproven', `the budget is broken: ${first?.message ?? ''}${more}`, {
    remedy: 'sampan inspect --all shows what to do about each of them',
  });
}
