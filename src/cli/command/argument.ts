/** An argument of a command, by its place. Its name in the help is its key in capitals. */
export interface Argument<T> {
  readonly description: string;
  readonly required: boolean;
  /** Whether it takes all that is left; only the last one may. */
  readonly repeatable: boolean;
  /** What a shell completes. */
  readonly complete: 'files' | 'nothing';
  /** From its first word on nothing is an option: it is the command line of another program. */
  readonly isCommand?: boolean;
  /** Only called with at least one text where it is required. */
  read(texts: readonly string[]): T;
}

/** What every argument says of itself. */
export interface ArgumentSpec {
  readonly description: string;
  /** Files are completed unless told. */
  readonly complete?: 'files' | 'nothing';
}

/** An argument that must be given. */
export function required(spec: ArgumentSpec): Argument<string> {
  return { complete: 'files', ...spec, required: true, repeatable: false, read: texts => texts[0] ?? '' };
}

/** An argument that may be left out. */
export function optional(spec: ArgumentSpec): Argument<string | undefined> {
  return { complete: 'files', ...spec, required: false, repeatable: false, read: texts => texts[0] };
}

/** One or more arguments. */
export function several(spec: ArgumentSpec): Argument<readonly string[]> {
  return { complete: 'files', ...spec, required: true, repeatable: true, read: texts => texts };
}

/** A program and its arguments: its own options need no `--` before them. */
export function program(spec: ArgumentSpec): Argument<readonly string[]> {
  return { ...several(spec), isCommand: true };
}

/** Any number of arguments. */
export function any(spec: ArgumentSpec): Argument<readonly string[]> {
  return { complete: 'files', ...spec, required: false, repeatable: true, read: texts => texts };
}
