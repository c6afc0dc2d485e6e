import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { isSampanError } from '../../core/errors/index.ts';
import { fakeContext } from '../testing/index.ts';
import { any, optional, program, required } from './argument.ts';
import { type Command, defineCommand } from './define.ts';
import { choice, duration, flag, list, number, size, text } from './option.ts';
import { parseCommandLine } from './parse.ts';

interface Seen {
  readonly [key: string]: unknown;
}

function sample(): { readonly command: Command; readonly seen: Seen[] } {
  const seen: Seen[] = [];
  const command = defineCommand({
    description: 'A sample.',
    arguments: {
      image: required({ description: 'the image' }),
      tag: optional({ description: 'the tag' }),
      extraPaths: any({ description: 'more' }),
    },
    options: {
      level: choice({ description: 'how far', values: ['safe', 'tight'], default: 'safe' }),
      memory: size({ description: 'at most' }),
      wait: duration({ description: 'how long', default: '5s' }),
      port: number({ description: 'where', min: 1, max: 65_535, short: 'p' }),
      keep: list({ description: 'what to keep', short: 'k' }),
      dryRun: flag({ description: 'do nothing', short: 'n' }),
      label: text({ description: 'a label' }),
    },
    examples: [],
    async run(_context, values) {
      // The types of the values follow from the definition; these lines would not compile otherwise.
      const level: 'safe' | 'tight' = values.level;
      const memory: number | undefined = values.memory;
      const waitMs: number = values.wait;
      const keep: readonly string[] = values.keep;
      const image: string = values.image;
      const tag: string | undefined = values.tag;
      seen.push({ ...values, level, memory, wait: waitMs, keep, image, tag });
    },
  });
  return { command, seen };
}

async function start(words: readonly string[]): Promise<Seen | undefined> {
  const { command, seen } = sample();
  await command.start(fakeContext(), parseCommandLine('sample', command, words).given);
  return seen[0];
}

test('arguments and options become values of their types, with defaults', async () => {
  deepEqual(await start(['nginx']), {
    image: 'nginx',
    tag: undefined,
    extraPaths: [],
    level: 'safe',
    memory: undefined,
    wait: 5000,
    port: undefined,
    keep: [],
    dryRun: false,
    label: undefined,
  });
});

test('options are understood in every usual form, between the arguments too', async () => {
  const words = '-nk a nginx --level=tight latest --keep b --memory 64MB -p8080 x --wait=2m y'.split(' ');
  deepEqual(await start(words), {
    image: 'nginx',
    tag: 'latest',
    extraPaths: ['x', 'y'],
    level: 'tight',
    memory: 64_000_000,
    wait: 120_000,
    port: 8080,
    keep: ['a', 'b'],
    dryRun: true,
    label: undefined,
  });
});

test('after -- everything is an argument', async () => {
  equal((await start(['--', '--level']))?.image, '--level');
});

test('from the first word of a program on nothing is an option, with and without --', async () => {
  const seen: unknown[] = [];
  const command = defineCommand({
    description: 'A sample.',
    arguments: { service: required({ description: 'where' }), command: program({ description: 'what' }) },
    options: { user: text({ description: 'who', short: 'u' }), dryRun: flag({ description: 'no' }) },
    examples: [],
    run: async (_context, values) => void seen.push(values),
  });
  const run = (line: string): Promise<void> =>
    command.start(fakeContext(), parseCommandLine('sample', command, line.split(' ')).given);
  const wanted = {
    service: 'web',
    user: 'me',
    dryRun: false,
    command: ['sh', '-c', 'x', '--user', '-u', '--'],
  };
  await run('-u me web sh -c x --user -u --');
  await run('web --user me sh -c x --user -u --');
  await run('-u me web -- sh -c x --user -u --');
  await run('-u me -- web sh -c x --user -u --');
  deepEqual(seen, [wanted, wanted, wanted, wanted]);
  throws(() => parseCommandLine('sample', command, ['--usr', 'me', 'web', 'sh']), /unknown option --usr/);
});

test('the last of several values counts, and an empty value is a value', async () => {
  equal((await start(['x', '--level', 'safe', '--level', 'tight']))?.level, 'tight');
  equal((await start(['x', '--label=']))?.label, '');
});

const REFUSED: readonly (readonly [string, RegExp, RegExp])[] = [
  ['x --levle safe', /unknown option --levle/, /did you mean --level/],
  ['x --zzz', /unknown option --zzz/, /see sampan sample --help/],
  ['x -z', /unknown option -z/, /--help/],
  ['x --level', /--level needs a value/, /--level safe\|tight/],
  ['x --level --dry-run', /--level needs a value, got --dry-run/, /--level=--dry-run/],
  ['x --dry-run=yes', /--dry-run takes no value, got yes/, /./],
  ['', /missing argument IMAGE/, /--help/],
];

for (const [line, message, remedy] of REFUSED) {
  test(`'${line}' is refused, and what to do instead is said`, () => {
    const { command } = sample();
    const words = line.split(' ').filter(word => word !== '');
    throws(
      () => parseCommandLine('sample', command, words),
      (error: unknown) => {
        ok(isSampanError(error, 'usage'));
        ok(message.test(error.message), error.message);
        ok(error.remedy === undefined || remedy.test(error.remedy), error.remedy);
        return true;
      },
    );
  });
}

test('a value that is none is refused with the name of its option', async () => {
  await rejects(start(['x', '--memory', 'much']), /^SampanError: --memory: not a size: much$/);
  await rejects(start(['x', '--level', 'tigt']), (error: unknown) => {
    return isSampanError(error, 'usage') && error.remedy === 'did you mean tight?';
  });
});

test('more arguments than there are places are refused', () => {
  const command = defineCommand({
    description: '',
    arguments: {},
    options: {},
    examples: [],
    run: async () => {},
  });
  throws(() => parseCommandLine('none', command, ['x']), /unexpected argument x/);
});

test('with --help nothing is required', () => {
  equal(parseCommandLine('sample', sample().command, ['--help']).help, true);
  equal(parseCommandLine('sample', sample().command, ['-h']).help, true);
});

test('names from Object.prototype are no options', () => {
  for (const name of ['constructor', '__proto__', 'toString']) {
    throws(() => parseCommandLine('sample', sample().command, ['x', `--${name}`]), /unknown option/);
  }
});
