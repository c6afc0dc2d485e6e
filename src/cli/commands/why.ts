import { SampanError } from '../../core/errors/index.ts';
import { openSource } from '../../core/store/index.ts';
import { stackLayers } from '../../image/tree/index.ts';
import { defineCommand, flag, required, several, text } from '../command/index.ts';
import {
  answerOf,
  openToolbox,
  printAnswer,
  recordOf,
  type Surroundings,
  type Toolbox,
} from '../image/index.ts';
import { writeJson } from '../output/index.ts';

/** `sampan why`. */
export const whyCommand = defineCommand({
  description: [
    'Tells for each path whether slimming kept or dropped it, and why: by which evidence, in which layer, and by which chain of files that ask for each other, from where it begins.',
    'A path may be absolute, relative to the working directory or the root of the image, lead through symlinks, be a pattern as of --keep, or be the bare name of a file anywhere.',
  ].join('\n\n'),
  arguments: {
    image: required({ description: 'the slim image or its original, as it was named for slim' }),
    paths: several({ description: 'paths in the image, or patterns', complete: 'nothing' }),
  },
  options: {
    platform: text({ placeholder: 'OS/ARCH', description: 'which image of several, such as linux/arm64' }),
    json: flag({ description: 'print JSON, schema sampan.why/1' }),
  },
  examples: [
    {
      line: 'why app:1.2 /usr/lib/x86_64-linux-gnu/libcrypto.so.3',
      explanation: 'which program needs this library',
    },
    { line: "why app:1.2 '/usr/share/**/*.mo'", explanation: 'what became of translations' },
    { line: 'why app:1.2 bash libssl.so.3', explanation: 'files by their bare names' },
  ],
  async run(context, { image, paths, platform, json }) {
    const toolbox = await openToolbox(context, { platform });
    const record = await recordOf(image, toolbox);
    let opened: Promise<Surroundings> | undefined;
    const surroundings = (): Promise<Surroundings> => {
      opened ??= surroundingsOf(image, toolbox);
      return opened;
    };
    const answers = [];
    for (const path of paths) answers.push(await answerOf(record, path, surroundings));
    if (json) writeJson(context.stdout, 'sampan.why/1', { level: record.level, answers });
    else for (const answer of answers) printAnswer(context.stdout, answer);
    const unknown = answers.filter(({ fates }) => fates.length === 0).map(({ asked }) => asked);
    if (unknown.length > 0) throw new SampanError('not-found', `not in the image: ${unknown.join(', ')}`);
  },
});

async function surroundingsOf(name: string, { images }: Toolbox): Promise<Surroundings> {
  await using image = await openSource(name, images);
  const { config } = await image.image.config();
  return { tree: stackLayers(await image.localLayers()), workingDirectory: config?.WorkingDir || '/' };
}
