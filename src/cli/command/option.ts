import { SampanError } from '../../core/errors/index.ts';
import { suggestion } from './suggest.ts';
import { parseDuration, parseNumber, parseSize, type Range } from './values.ts';

/** An option of a command, `--level safe`. Its name is its key, with hyphens: `dryRun` is `--dry-run`. */
export interface Option<T> {
  readonly description: string;
  /** One letter: `q` for `-q`. */
  readonly short?: string;
  /** What the help calls the value (`SIZE`); absent for a flag. */
  readonly placeholder?: string;
  /** The values that there are, where there are only some. */
  readonly values?: readonly string[];
  /** What it is when it is not given, as a user would write it. */
  readonly default?: string;
  /** Whether it may be given several times; otherwise the last one counts. */
  readonly repeatable: boolean;
  /** What a shell completes. */
  readonly complete: 'values' | 'files' | 'nothing';
  /** @throws SampanError `usage` for a text that is no such value. */
  read(texts: readonly string[]): T;
}

/** What every option says of itself. */
export interface OptionSpec {
  readonly description: string;
  readonly short?: string;
  readonly placeholder?: string;
}

/** An option that always has a value. */
export interface WithDefault {
  readonly default: string;
}

/** Makes options of one type: always a value where there is a default, perhaps none otherwise. */
export interface OptionMaker<S extends OptionSpec, T> {
  (spec: S & WithDefault): Option<T>;
  (spec: S): Option<T | undefined>;
}

interface Kind<S, T> {
  readonly placeholder: string;
  readonly complete?: Option<T>['complete'];
  parse(text: string, spec: S): T;
}

function maker<S extends OptionSpec, T>(kind: Kind<S, T>): OptionMaker<S, T> {
  function make(spec: S & WithDefault): Option<T>;
  function make(spec: S): Option<T | undefined>;
  function make(spec: S & Partial<WithDefault>): Option<T | undefined> {
    return {
      placeholder: kind.placeholder,
      complete: kind.complete ?? 'nothing',
      repeatable: false,
      ...spec,
      read: texts => {
        const text = texts.at(-1) ?? spec.default;
        return text === undefined ? undefined : kind.parse(text, spec);
      },
    };
  }
  return make;
}

/** Any text. */
export const text: OptionMaker<OptionSpec, string> = maker({ placeholder: 'TEXT', parse: given => given });

/** A path to a file or directory, as written. */
export const file: OptionMaker<OptionSpec, string> = maker({
  placeholder: 'FILE',
  complete: 'files',
  parse: given => given,
});

/** A size in bytes, see {@link parseSize}. */
export const size: OptionMaker<OptionSpec, number> = maker({ placeholder: 'SIZE', parse: parseSize });

/** A span of time in milliseconds, see {@link parseDuration}. */
export const duration: OptionMaker<OptionSpec, number> = maker({ placeholder: 'TIME', parse: parseDuration });

/** A number in a range; whole unless told. */
export const number: OptionMaker<OptionSpec & Range, number> = maker<OptionSpec & Range, number>({
  placeholder: 'NUMBER',
  parse: parseNumber,
});

/** One of some values; the type of the option is their union. */
export function choice<const V extends readonly string[]>(
  spec: OptionSpec & { readonly values: V; readonly default: V[number] },
): Option<V[number]>;
/** One of some values, or none. */
export function choice<const V extends readonly string[]>(
  spec: OptionSpec & { readonly values: V },
): Option<V[number] | undefined>;
/** What both forms above do. */
export function choice(
  spec: OptionSpec & { readonly values: readonly string[]; readonly default?: string },
): Option<string | undefined> {
  return {
    placeholder: spec.values.join('|'),
    complete: 'values',
    repeatable: false,
    ...spec,
    read: texts => {
      const given = texts.at(-1) ?? spec.default;
      return given === undefined ? undefined : oneOf(given, spec.values);
    },
  };
}

function oneOf(given: string, values: readonly string[]): string {
  if (values.includes(given)) return given;
  const near = suggestion(given, values);
  throw new SampanError('usage', `${given} is none of ${values.join(', ')}`, {
    ...(near === undefined ? {} : { remedy: `did you mean ${near}?` }),
  });
}

/** A flag: true when it is given. */
export function flag(spec: Pick<OptionSpec, 'description' | 'short'>): Option<boolean> {
  return { ...spec, complete: 'nothing', repeatable: false, read: texts => texts.length > 0 };
}

/** Texts, in the order given; none when it is not given. */
export function list(
  spec: OptionSpec & Partial<Pick<Option<unknown>, 'complete'>>,
): Option<readonly string[]> {
  return { placeholder: 'TEXT', complete: 'nothing', ...spec, repeatable: true, read: texts => texts };
}
