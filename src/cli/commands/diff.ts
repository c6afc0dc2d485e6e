import { SampanError } from '../../core/errors/index.ts';
import { openSource } from '../../core/store/index.ts';
import { diffImages, diffMarkdown, diffReport, type ImageDiff } from '../../image/diff/index.ts';
import { inspectImage, junitOf, sarifOf, type Violation } from '../../image/inspect/index.ts';
import { choice, defineCommand, file, flag, required, size, text } from '../command/index.ts';
import { openLooking, printDiff, writePage } from '../inspection/index.ts';
import { formatSize, writeJson } from '../output/index.ts';
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
    platform: text({ placeholder: 'OS/ARCH', description: 'which image of several, such as linux/arm64' }),
    format: choice({
      values: ['text', 'json', 'markdown', 'junit', 'sarif'],
      default: 'text',
      description: 'how to print it',
    }),
    json: flag({ description: 'print JSON, schema sampan.diff/1' }),
    html: file({ description: 'also write a page with both treemaps side by side' }),
    all: flag({ description: 'show every line' }),
    maxGrowth: size({ description: 'exit with 3 when the second image is larger by more' }),
    maxUpdate: size({ description: 'exit with 3 when an update has to carry more' }),
    noCache: flag({ description: 'read every layer again, and remember nothing' }),
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
    switch (values.json ? 'json' : values.format) {
      case 'json':
        writeJson(context.stdout, 'sampan.diff/1', { ...diff, violations });
        break;
      case 'markdown':
        context.stdout.write(diffMarkdown(diff, violations));
        break;
      case 'junit':
        context.stdout.write(junitOf(diffReport(diff, violations, readVersion())));
        break;
      case 'sarif':
        context.stdout.write(sarifOf(diffReport(diff, violations, readVersion())));
        break;
      case 'text':
        printDiff(context.stdout, diff, { violations, all: values.all });
    }
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
