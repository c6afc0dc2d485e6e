import { resolve } from 'node:path';
import type { Container, Engine } from '../../core/engine/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import { openSource } from '../../core/store/index.ts';
import { usedPorts } from '../../image/exercise/index.ts';
import { formatEvidence, type Observation, type Observed, observe } from '../../image/slim/index.ts';
import { any, choice, defineCommand, duration, file, required, text } from '../command/index.ts';
import type { Context } from '../context/index.ts';
import {
  EXERCISE_OPTIONS,
  evidenceFileName,
  loadImage,
  openToolbox,
  readExercise,
  reserveFile,
  type WatchEnd,
  watch,
} from '../image/index.ts';
import { formatCount, formatDuration } from '../output/index.ts';

/** `sampan observe`. */
export const observeCommand = defineCommand({
  description: [
    'Starts the app, says where its ports are reached, and leaves it running for your own tests. It ends with ^C or Enter, after --duration, or with the command of --until; then the app is stopped gracefully, and what it used is written to a file of evidence. sampan slim --evidence FILE keeps that too; several files are merged.',
    'The command of --until runs in the shell of this machine, with $SAMPAN_HOST, $SAMPAN_PORT (of the first port), $SAMPAN_PORT_8080 (of each) and $SAMPAN_CONTAINER.',
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
    output: file({ short: 'o', description: 'the file of evidence (NAME.evidence.json unless told)' }),
    until: text({ placeholder: 'COMMAND', description: 'run this command of yours, and end with it' }),
    engine: choice({
      values: ['auto', 'runc', 'docker'],
      default: 'auto',
      description: 'what runs the container',
    }),
    platform: text({ placeholder: 'OS/ARCH', description: 'which image of several, such as linux/arm64' }),
    ...EXERCISE_OPTIONS,
    duration: duration({ description: 'end after so long' }),
  },
  examples: [
    { line: 'observe app:1.2', explanation: 'click through the app by hand, then press Enter' },
    {
      line: "observe app:1.2 -o tests.json --until 'pytest --url http://$SAMPAN_HOST:$SAMPAN_PORT'",
      explanation: 'run your test suite against it',
    },
    { line: 'slim app:1.2 --level tight --evidence tests.json', explanation: 'keep what the tests used' },
  ],
  exitCodes: { 3: 'the app did not work, or the command of --until failed' },
  async run(context, values) {
    const toolbox = await openToolbox(context, values);
    await using image = await openSource(values.image, toolbox.images);
    using target = reserveFile(resolve(context.cwd, values.output ?? evidenceFileName(image)));
    const exercise = readExercise({ ...values, duration: 0 }, context.cwd, values.command);
    const engine = await toolbox.engine(values.engine);
    const loaded = await loadImage(image, context);
    const { seen, end } = await observeWatching(context, {
      title: `Starting ${image.name}`,
      image: { ...loaded, exercise },
      engine,
      base: toolbox.places.work,
      until: values.until,
      durationMs: values.duration,
    });
    target.write(formatEvidence({ image: loaded.id, footprints: seen.footprints, lookups: [] }));
    context.stdout.write(`${target.path}\n`);
    if (!context.quiet) {
      const used = formatCount(seen.footprints.length);
      context.stderr.write(
        `${used} paths were used; next: sampan slim ${values.image} --evidence ${target.path}\n`,
      );
    }
    judge(seen, end, values.until);
  },
});

interface Work {
  readonly title: string;
  readonly image: Observed;
  readonly engine: Engine;
  readonly base: string;
  readonly until: string | undefined;
  readonly durationMs: number | undefined;
}

/** What was seen, and how the watch ended; no end when the app ended before it was ready. */
interface Watched {
  readonly seen: Observation;
  readonly end: WatchEnd | undefined;
}

/** Until the app is ready ^C gives it all up; from then on it ends the watch. */
async function observeWatching(context: Context, work: Work): Promise<Watched> {
  const { image, engine, base, until, durationMs } = work;
  const ports = usedPorts(image.config, image.exercise);
  const stages = [context.progress.stage(work.title)];
  const next = (title: string): void => {
    stages.at(-1)?.done();
    stages.push(context.progress.stage(title));
  };
  const starting = new AbortController();
  const giveUp = (): void => starting.abort(context.signal.reason);
  context.signal.addEventListener('abort', giveUp);
  context.signal.throwIfAborted();
  let end: WatchEnd | undefined;
  const whileReady = async (container: Container): Promise<void> => {
    context.signal.removeEventListener('abort', giveUp);
    next(endsWith(context, work));
    tellPorts(context, container, ports);
    end = await watch(container, context, { ports, until, durationMs });
    next('Stopping it');
  };
  try {
    const seen = await observe(engine, image, { base, signal: starting.signal, whileReady });
    stages.at(-1)?.done();
    return { seen, end };
  } catch (error) {
    stages.at(-1)?.fail();
    throw error;
  }
}

function tellPorts({ stdout }: Context, container: Container, ports: readonly number[]): void {
  for (const port of ports) {
    const address = container.address(port);
    stdout.write(`port ${port} is at ${address.host}:${address.port}\n`);
  }
}

function endsWith({ input }: Context, { until, durationMs }: Work): string {
  if (until !== undefined) return `Watching while this runs: ${until}`;
  if (durationMs !== undefined) return `Watching for ${formatDuration(durationMs)}`;
  return `Watching until ${input.isTerminal ? '^C or Enter' : '^C'}`;
}

/** What is wrong although the evidence is written. */
function judge({ run }: Observation, end: WatchEnd | undefined, until: string | undefined): void {
  const written = 'the evidence is written all the same';
  if (end?.kind === 'command' && end.status !== 0)
    throw new SampanError('unproven', `the command of --until ended with status ${end.status}; ${written}`);
  if (end?.kind === 'app' && end.exit.code !== 0)
    throw new SampanError('unproven', `the app ended by itself with status ${end.exit.code}; ${written}`);
  if (until !== undefined && end?.kind !== 'command' && run.outcome === 'finished')
    throw new SampanError('unproven', `the app ended before the command of --until could run; ${written}`);
}
