import type { Span, Word } from '../source/index.ts';

/** What stands between two commands; `''` at the ends of a script. */
export type Operator = '' | '&&' | '||' | ';' | '|' | '&' | '\n' | '(' | ')';

/** A simple command of a shell script (POSIX.1-2024, 2.9.1). */
export interface Command {
  /** The last part of the path of the program, after `sudo`, `env` and the like. */
  readonly name: string;
  /** The program and its arguments, without redirections and assignments. */
  readonly words: readonly Word[];
  /** `A=b` before the program. */
  readonly assignments: readonly Word[];
  /** `sudo`, `env`, … before the program. */
  readonly wrappers: readonly Word[];
  /** Files that it writes to or reads from: `>file`. */
  readonly redirects: readonly Word[];
  readonly before: Operator;
  readonly after: Operator;
  /** Where the operator after it stands. */
  readonly afterSpan: Span;
  /** From its first word to its last, redirections included. */
  readonly span: Span;
  /** Within how many parentheses, loops and conditions it stands. */
  readonly depth: number;
}

/** Whether a command has one of some options: `-y` also within `-qqy`, `--yes` also as `--yes=…`. */
export function hasFlag(command: Command, ...flags: readonly string[]): boolean {
  return command.words.slice(1).some(({ value }) =>
    flags.some(flag => {
      if (value === flag || value.startsWith(`${flag}=`)) return true;
      return /^-[a-zA-Z]$/.test(flag) && /^-[a-zA-Z]+$/.test(value) && value.includes(flag[1] ?? '');
    }),
  );
}

/** The arguments that are no options. */
export function operands(command: Command): readonly Word[] {
  return command.words.slice(1).filter(({ value }) => !value.startsWith('-'));
}

/** The first argument that is no option: `install` of `apt-get -y install`. */
export function subcommand(command: Command): Word | undefined {
  return command.words.slice(1).find(({ value }) => !value.startsWith('-'));
}

/** Whether a command is `name` with one of the subcommands. */
export function isCall(command: Command, names: readonly string[], subcommands?: readonly string[]): boolean {
  if (!names.includes(command.name)) return false;
  return subcommands === undefined || subcommands.includes(subcommand(command)?.value ?? '');
}
