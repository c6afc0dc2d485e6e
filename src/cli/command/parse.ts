import { parseArgs } from 'node:util';
import { SampanError } from '../../core/errors/index.ts';
import type { Argument } from './argument.ts';
import { COMMON_OPTIONS } from './common.ts';
import { argumentName, type Command, type Given, type Options, optionName } from './define.ts';
import type { Option } from './option.ts';
import { suggestion } from './suggest.ts';

/** What a command line asks of a command. */
export interface Request {
  readonly given: Given;
  readonly help: boolean;
}

/**
 * Sorts the words after the name of a command. `--name value`, `--name=value`, `-n value` and `-abc` are
 * understood; after `--` everything is an argument, and so it is from the first word of a {@link program} on. With
 * `--help` nothing is required.
 *
 * @throws SampanError `usage` for an unknown option, a missing value, or too few or too many arguments.
 */
export function parseCommandLine(name: string, command: Command, words: readonly string[]): Request {
  const options: Options = { ...COMMON_OPTIONS, ...command.options };
  const remedy = `see sampan ${name} --help`;
  const wanted = Object.entries(command.arguments);
  const before = wanted.findIndex(([, { isCommand }]) => isCommand);
  const { given, positionals } = sortWords(
    options,
    before < 0 ? words : withEnd(options, words, before),
    remedy,
  );
  const help = given.has('help');
  if (!help) assignArguments(wanted, positionals, { given, remedy });
  return { given, help };
}

interface Sorted {
  readonly given: Map<string, string[]>;
  readonly positionals: readonly string[];
}

function sortWords(options: Options, words: readonly string[], remedy: string): Sorted {
  const keys = new Map(Object.keys(options).map(key => [optionName(key), key]));
  const given = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokenize(options, words)) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const key = keys.get(token.name);
    if (key === undefined) throw unknownOption(token.rawName, [...keys.keys()], remedy);
    const text = optionText(token, options[key]!);
    given.set(key, [...(given.get(key) ?? []), text]);
  }
  return { given, positionals };
}

/** The words with a `--` behind as many arguments: what follows is the command line of another program. */
function withEnd(options: Options, words: readonly string[], after: number): readonly string[] {
  const first = tokenize(options, words).filter(({ kind }) => kind === 'positional')[after];
  return first === undefined || words.slice(0, first.index).includes('--')
    ? words
    : [...words.slice(0, first.index), '--', ...words.slice(first.index)];
}

function tokenize(options: Options, words: readonly string[]) {
  const config = Object.fromEntries(
    Object.entries(options).map(([key, { short, placeholder }]) => [
      optionName(key),
      {
        type: placeholder === undefined ? ('boolean' as const) : ('string' as const),
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
  return parseArgs({ args: [...words], options: config, strict: false, allowPositionals: true, tokens: true })
    .tokens;
}

interface OptionToken {
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function optionText(token: OptionToken, option: Option<unknown>): string {
  const { rawName, value } = token;
  if (option.placeholder === undefined) {
    if (value !== undefined) throw new SampanError('usage', `${rawName} takes no value, got ${value}`);
    return '';
  }
  if (value === undefined) {
    throw new SampanError('usage', `${rawName} needs a value`, {
      remedy: `write ${rawName} ${option.placeholder}`,
    });
  }
  if (token.inlineValue !== true && /^-[^\d]/.test(value)) {
    throw new SampanError('usage', `${rawName} needs a value, got ${value}`, {
      remedy: `write ${rawName}=${value} if that is meant`,
    });
  }
  return value;
}

function unknownOption(rawName: string, known: readonly string[], remedy: string): SampanError {
  const near = rawName.startsWith('--') ? suggestion(rawName.slice(2), known) : undefined;
  return new SampanError('usage', `unknown option ${rawName}`, {
    remedy: near === undefined ? remedy : `did you mean --${near}?`,
  });
}

interface Assignment {
  readonly given: Map<string, string[]>;
  readonly remedy: string;
}

function assignArguments(
  wanted: readonly (readonly [string, Argument<unknown>])[],
  positionals: readonly string[],
  { given, remedy }: Assignment,
): void {
  let at = 0;
  for (const [key, argument] of wanted) {
    const texts = positionals.slice(at, argument.repeatable ? undefined : at + 1);
    if (argument.required && texts.length === 0) {
      throw new SampanError('usage', `missing argument ${argumentName(key)}`, { remedy });
    }
    at += texts.length;
    if (texts.length > 0) given.set(key, texts);
  }
  if (at < positionals.length) {
    throw new SampanError('usage', `unexpected argument ${positionals[at]}`, { remedy });
  }
}
