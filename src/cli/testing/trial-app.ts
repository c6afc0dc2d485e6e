import { setTimeout as sleep } from 'node:timers/promises';
import { SampanError, wrap } from '../../core/errors/index.ts';
import { runApp } from '../app/index.ts';
import { any, type Command, type CommandEntry, defineCommand } from '../command/index.ts';
import type { Context } from '../context/index.ts';

/** A real process with commands that end in every way there is; for tests of the command line itself. */
function trial(run: (context: Context) => Promise<void>): () => Promise<Command> {
  return async () =>
    defineCommand({
      description: 'A trial.',
      arguments: { rest: any({ description: 'anything' }) },
      options: {},
      examples: [],
      run,
    });
}

const TRIALS: Readonly<Record<string, (context: Context) => Promise<void>>> = {
  fine: async ({ stdout, progress }) => {
    const stage = progress.stage('Work');
    stage.done('all of it');
    stdout.write('result\n');
  },
  missing: async () => {
    throw new SampanError('not-found', 'no image nginx\x1b[2J', {
      remedy: 'pull it first',
      cause: new Error('deep'),
    });
  },
  unproven: async () => {
    throw new SampanError('unproven', 'the slim image does not answer');
  },
  bug: async () => {
    throw new TypeError('x is not a function');
  },
  wrapped: async () => {
    throw wrap('reading a file', new RangeError('bad index'));
  },
  later: async () => {
    setImmediate(() => {
      throw new Error('thrown outside');
    });
    await sleep(5000);
  },
  wait: async ({ stdout, signal }) => {
    stdout.write('waiting\n');
    await sleep(20_000, undefined, { signal });
  },
  deaf: async ({ stdout, signal }) => {
    signal.addEventListener('abort', () => stdout.write('heard\n'));
    stdout.write('waiting\n');
    await sleep(20_000);
  },
  flood: async ({ stdout, stderr }) => {
    for (let i = 0; i < 20_000; i++) {
      stdout.write(`${'x'.repeat(99)}\n`);
      if (i % 1000 === 0) await sleep(1);
    }
    stderr.write('finished\n');
  },
  big: async ({ stdout }) => stdout.write(`${'y'.repeat(3_000_000)}\n`),
};

const table: readonly CommandEntry[] = Object.entries(TRIALS).map(([name, run]) => ({
  name,
  summary: 'ends in some way',
  group: 'help',
  load: trial(run),
}));

await runApp(process, table);
