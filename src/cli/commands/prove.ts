import type { Engine } from '../../core/engine/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import { inStage } from '../../core/progress/index.ts';
import { openSource } from '../../core/store/index.ts';
import { formatDuration, formatNumber } from '../../core/text/index.ts';
import type { Exercise } from '../../image/exercise/index.ts';
import { differences, failures, runImage } from '../../trust/prove/index.ts';
import { any, choice, defineCommand, flag, required, text } from '../command/index.ts';
import type { Context } from '../context/index.ts';
import {
  EXERCISE_OPTIONS,
  loadImage,
  type NamedRun,
  openToolbox,
  printRuns,
  readExercise,
  runJson,
  type Toolbox,
} from '../image/index.ts';
import { writeJson } from '../output/index.ts';

/** `sampan prove`. */
export const proveCommand = defineCommand({
  description: [
    'Runs the app once, from its start through readiness and all its probes to a graceful stop, under the limits that are given, and says how long it took, how much memory, and what each probe gave. Its exposed ports are looked at as a visitor would, and its health check is run.',
    'With --against the other image is run in the same way first, and everything that differs is told: how they start and end, the status and shape of each answer, and complaints of missing files.',
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
    against: text({ placeholder: 'IMAGE', description: 'compare it with this one, such as its original' }),
    engine: choice({
      values: ['auto', 'runc', 'docker'],
      default: 'auto',
      description: 'what runs the containers',
    }),
    platform: text({ placeholder: 'OS/ARCH', description: 'which image of several, such as linux/arm64' }),
    ...EXERCISE_OPTIONS,
    json: flag({ description: 'print JSON, schema sampan.prove/1' }),
  },
  examples: [
    { line: 'prove app:1.2 --memory 64MB --cpus 0.5', explanation: 'does it work on a small device?' },
    {
      line: 'prove app:1.2-slim --against app:1.2 --probe http://:8080/api',
      explanation: 'does the slim image work as its original does?',
    },
  ],
  exitCodes: { 3: 'the app does not work, or works otherwise than the other image' },
  async run(context, values) {
    const toolbox = await openToolbox(context, values);
    const exercise = readExercise(values, context.cwd, values.command);
    const engine = await toolbox.engine(values.engine);
    const tools = { context, toolbox, engine, exercise };
    const other = values.against === undefined ? undefined : await runNamed(values.against, tools);
    const broken = other === undefined ? [] : failures(other.run);
    if (broken.length > 0)
      throw new SampanError('unproven', `${other?.name} itself does not work: ${broken.join('; ')}`);
    const own = await runNamed(values.image, tools);
    const problems = other === undefined ? failures(own.run) : differences(other.run, own.run);
    if (values.json) writeJson(context.stdout, 'sampan.prove/1', jsonOf(own, other, problems));
    else printRuns(context.stdout, other === undefined ? [own] : [own, other]);
    if (problems.length === 0) return;
    const what = other === undefined ? 'does not work' : `works otherwise than ${other.name}`;
    throw new SampanError('unproven', `${own.name} ${what}: ${problems.join('; ')}`);
  },
});

interface Tools {
  readonly context: Context;
  readonly toolbox: Toolbox;
  readonly engine: Engine;
  readonly exercise: Exercise;
}

async function runNamed(name: string, { context, toolbox, engine, exercise }: Tools): Promise<IdentifiedRun> {
  await using image = await openSource(name, toolbox.images);
  const loaded = await loadImage(image, context);
  const run = await inStage(context.progress, {
    title: `Running ${image.name}`,
    run: () =>
      runImage(engine, { ...loaded, exercise }, { base: toolbox.places.work, signal: context.signal }),
    summary: ({ readyMs, probes }) =>
      `ready in ${formatDuration(readyMs)}, ${formatNumber(probes.length, 'probe')}`,
  });
  return { name: image.name, id: loaded.id, run };
}

type IdentifiedRun = NamedRun & { readonly id: string };

function jsonOf(own: IdentifiedRun, other: IdentifiedRun | undefined, problems: readonly string[]): object {
  const each = ({ name, id, run }: IdentifiedRun): object => ({ name, id, run: runJson(run) });
  return {
    works: problems.length === 0,
    problems,
    image: each(own),
    ...(other === undefined ? {} : { against: each(other) }),
  };
}
