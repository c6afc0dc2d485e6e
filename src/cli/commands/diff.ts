import { SampanError } from '../../core/errors/index.ts';
import { openSource } from '../../core/store/index.ts';
import { diffImages, diffMarkdown, diffReport, type ImageDiff } from '../../image/diff/index.ts';
import { inspectImage, type Violation } from '../../image/inspect/index.ts';
import { defineCommand, file, flag, required, size } from '../command/index.ts';
import { LOOKING_OPTIONS, openLooking, printDiff, writeAs, writePage } from '../inspection/index.ts';
import { formatSize } from '../output/index.ts';
import { readVersion } from '../version/index.ts';

/** `sampan diff`. */
export const diffCommand = defineCommand({
  description:
    'Compares two images: files that came, went or changed, packages with their versions, layers that are shared, the configuration, and what an update from the first to the second has to carry.',
  arguments: {
    before: required({ description: 'the first image, named as in sampan inspect' }),
    after: required({ description: 'the second image' }),
  },
  options: {
    ...LOOKING_OPTIONS,
    json: flag({ description: 'print JSON, schema sampan.diff/1' }),
    html: file({ description: 'also write a page with both treemaps side by side' }),
    all: flag({ description: 'show every line' }),
    maxGrowth: size({ description: 'exit with 3 when the second image is larger by more' }),
    maxUpdate: size({ description: 'exit with 3 when an update has to carry more' }),
  },
  examples: [
    { line: 'diff app:1.2 app:1.3', explanation: 'what the new version changes' },
    {
      line: 'diff app:1.2 app:1.3 --max-update 20MB --format markdown',
      explanation: 'a gate for a pull request',
    },
  ],
  exitCodes: { 3: 'the second image is too large, or too different' },
  async run(context, values) {
    const { images, cache } = await openLooking(context, values);
    const options = { cache, signal: context.signal };
    await using first = await openSource(values.before, images);
    await using second = await openSource(values.after, images);
    using before = await inspectImage(first, options);
    using after = await inspectImage(second, options);
    const diff = diffImages(before, after);
    const violations = violationsOf(diff, values);
    if (values.html !== undefined) {
      const { diffPageOf } = await import('../inspection-pages/index.ts');
      writePage(context, values.html, diffPageOf(diff, before, after));
    }
    writeAs(context.stdout, values, {
      schema: 'sampan.diff/1',
      json: () => ({ ...diff, violations }),
      markdown: () => diffMarkdown(diff, violations),
      report: () => diffReport(diff, violations, readVersion()),
      print: () => printDiff(context.stdout, diff, { violations, all: values.all }),
    });
    const [broken] = violations;
    if (broken !== undefined) throw new SampanError('unproven', broken.message);
  },
});

function violationsOf(
  { growthBytes, updateBytes }: ImageDiff,
  limits: { readonly maxGrowth: number | undefined; readonly maxUpdate: number | undefined },
): readonly Violation[] {
  const { maxGrowth, maxUpdate } = limits;
  const broken: Violation[] = [];
  if (maxGrowth !== undefined && growthBytes > maxGrowth) {
    const message = `it grew by ${formatSize(growthBytes)}, at most ${formatSize(maxGrowth)} are allowed`;
    broken.push({ id: 'max-growth', message });
  }
  if (maxUpdate !== undefined && updateBytes > maxUpdate) {
    const message = `an update carries ${formatSize(updateBytes)}, at most ${formatSize(maxUpdate)} are allowed`;
    broken.push({ id: 'max-update', message });
  }
  return broken;
}
