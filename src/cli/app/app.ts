import { SampanError } from '../../core/errors/index.ts';
import { COMMON_OPTIONS, type CommandEntry, optionName, parseCommandLine } from '../command/index.ts';
import { type Context, type Mood, openContext } from '../context/index.ts';
import { findCommand, overview, pageOf, terminalPage } from '../help/index.ts';
import { readVersion } from '../version/index.ts';
import { exitStatus, reportFailure } from './failure.ts';

/** Runs the command line of a process from its words to its exit status. */
export async function runApp(host: NodeJS.Process, table: readonly CommandEntry[]): Promise<never> {
  const words = host.argv.slice(2);
  const mood = moodOf(words);
  const { context, close } = openContext(host, mood);
  const fail = async (error: unknown) => {
    reportFailure(error, context.stderr, mood);
    await close();
    return host.exit(exitStatus(error));
  };
  host.on('uncaughtException', fail);
  host.on('unhandledRejection', fail);
  try {
    await runWords(words, table, context);
    await close();
  } catch (error) {
    return fail(whatHappened(error, context.signal));
  }
  return host.exit();
}

/** Needed before the command is known, because errors are told with it. */
function moodOf(words: readonly string[]): Mood {
  const end = words.indexOf('--');
  const options = end === -1 ? words : words.slice(0, end);
  const has = (key: keyof Mood) =>
    options.includes(`--${key}`) || options.includes(`-${COMMON_OPTIONS[key].short}`);
  return { verbose: has('verbose'), quiet: has('quiet') };
}

/** Work that was interrupted may fail in many ways; the person pressed ^C and needs to hear only that. */
function whatHappened(error: unknown, signal: AbortSignal): unknown {
  return signal.aborted ? signal.reason : error;
}

/** Runs one command line in a context. What goes wrong is thrown. */
export async function runWords(
  words: readonly string[],
  table: readonly CommandEntry[],
  context: Context,
): Promise<void> {
  const at = words.findIndex(word => !word.startsWith('-'));
  const leading = at === -1 ? words : words.slice(0, at);
  if (at === -1) return runWithoutCommand(leading, table, context);
  const { name, summary, load } = findCommand(table, words[at]!);
  const command = await load();
  const { given, help } = parseCommandLine(name, command, [...leading, ...words.slice(at + 1)]);
  if (help) context.stdout.write(terminalPage(pageOf(name, summary, command), context.stdout));
  else await command.start(context, given);
}

function runWithoutCommand(
  options: readonly string[],
  table: readonly CommandEntry[],
  { stdout }: Context,
): void {
  if (options.includes('--version') || options.includes('-V')) {
    stdout.write(`${readVersion()}\n`);
    return;
  }
  const known = Object.entries(COMMON_OPTIONS).flatMap(([key, { short }]) => [
    `--${optionName(key)}`,
    `-${short}`,
  ]);
  const unknown = options.find(option => !known.includes(option));
  if (unknown !== undefined) {
    throw new SampanError('usage', `unknown option ${unknown}`, { remedy: 'see sampan --help' });
  }
  if (!options.includes('--help') && !options.includes('-h')) {
    throw new SampanError('usage', 'no command was given', { remedy: 'see sampan --help' });
  }
  stdout.write(overview(table, stdout));
}
