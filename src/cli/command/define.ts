import { SampanError } from '../../core/errors/index.ts';
import type { Context } from '../context/index.ts';
import type { Argument } from './argument.ts';
import type { Option } from './option.ts';

/** Arguments by name, in their order. */
export type Arguments = Readonly<Record<string, Argument<unknown>>>;

/** Options by name. */
export type Options = Readonly<Record<string, Option<unknown>>>;

/** What arguments and options become for `run`. */
export type Values<A extends Arguments, O extends Options> = {
  readonly [K in keyof A]: A[K] extends Argument<infer T> ? T : never;
} & { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };

/** A command line to learn from. */
export interface Example {
  /** Without `sampan `. */
  readonly line: string;
  readonly explanation: string;
}

/** A command as it is written down. */
export interface CommandSpec<A extends Arguments, O extends Options> {
  /** For the help: paragraphs, separated by an empty line. */
  readonly description: string;
  readonly arguments: A;
  readonly options: O;
  readonly examples: readonly Example[];
  /** Exit statuses that mean something special here, besides 0, 1, 2 and 130. */
  readonly exitCodes?: Readonly<Record<number, string>>;
  /** Does it. What goes wrong is thrown; `unproven` is exit status 3. */
  run(context: Context, values: Values<A, O>): Promise<void>;
}

/** Texts of arguments and options as they were given, by key. */
export type Given = ReadonlyMap<string, readonly string[]>;

/** A command, whatever its arguments and options are. */
export interface Command extends Omit<CommandSpec<Arguments, Options>, 'run'> {
  /** Reads what was given and runs. @throws SampanError `usage` for a text that is no value of its option. */
  start(context: Context, given: Given): Promise<void>;
}

/** A command that can be named; the rest of it is loaded when it is needed. */
export interface CommandEntry {
  readonly name: string;
  /** One line: what a person gets. */
  readonly summary: string;
  readonly group: CommandGroup;
  load(): Promise<Command>;
}

/** The rooms of the house, as the overview shows them. */
export type CommandGroup = 'image' | 'trust' | 'carry' | 'run' | 'help';

/** Makes a command of its description; its types reach `run`. */
export function defineCommand<const A extends Arguments, const O extends Options>(
  spec: CommandSpec<A, O>,
): Command {
  return { ...spec, start: async (context, given) => spec.run(context, readValues(spec, given)) };
}

function readValues<A extends Arguments, O extends Options>(
  spec: Pick<CommandSpec<A, O>, 'arguments' | 'options'>,
  given: Given,
): Values<A, O> {
  const values: Record<string, unknown> = {};
  for (const [key, argument] of Object.entries<Argument<unknown>>(spec.arguments)) {
    values[key] = argument.read(given.get(key) ?? []);
  }
  for (const [key, option] of Object.entries<Option<unknown>>(spec.options)) {
    values[key] = readOption(key, option, given.get(key) ?? []);
  }
  // Every key of both records was read by its own reader, which is what the mapped type says.
  return values as Values<A, O>;
}

function readOption(key: string, option: Option<unknown>, texts: readonly string[]): unknown {
  try {
    return option.read(texts);
  } catch (error) {
    if (!(error instanceof SampanError)) throw error;
    const remedy = error.remedy === undefined ? {} : { remedy: error.remedy };
    throw new SampanError(error.code, `--${optionName(key)}: ${error.message}`, remedy);
  }
}

/** `dryRun` is `dry-run`. */
export function optionName(key: string): string {
  return key.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
}

/** `extraPaths` is `EXTRA-PATHS`. */
export function argumentName(key: string): string {
  return optionName(key).toUpperCase();
}
