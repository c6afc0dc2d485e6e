import type { Command } from '../shell/index.ts';
import type { Joined, SourceText, Span, Word } from '../source/index.ts';

/** A line that begins with `#`. */
export interface Comment {
  /** After the `#`, trimmed. */
  readonly text: string;
  readonly span: Span;
}

/** `--name=value` before the arguments. */
export interface Flag {
  readonly name: string;
  /** Absent for `--link`. */
  readonly value: string | undefined;
  readonly span: Span;
}

/** A here-document (Dockerfile reference, "Here-Documents"). */
export interface Heredoc {
  readonly name: string;
  /** Its text; the place of the closing line is not part of it. */
  readonly body: Joined;
  /** The `<<NAME` word. */
  readonly word: Word;
}

/** One instruction with all its lines. */
export interface Instruction {
  /** In capitals. */
  readonly keyword: string;
  /** As written. */
  readonly keywordSpan: Span;
  /** From the keyword to the end of its last line. */
  readonly span: Span;
  /** Without the lines of here-documents. */
  readonly head: Span;
  readonly flags: readonly Flag[];
  /** What follows the keyword and the flags; line continuations and comments within are taken out. */
  readonly body: Joined;
  readonly words: readonly Word[];
  /** The JSON form, `["a", "b"]`, if it is one. */
  readonly exec: readonly string[] | undefined;
  readonly heredocs: readonly Heredoc[];
  /** The shell commands of RUN, and of the shell form of CMD, ENTRYPOINT and HEALTHCHECK CMD. */
  readonly commands: readonly Command[];
  /** What ONBUILD holds. */
  readonly trigger: Instruction | undefined;
  /** Comment lines right above it and between its lines. */
  readonly comments: readonly Comment[];
  /** Empty lines between its lines. */
  readonly emptyLines: readonly Span[];
}

/** A part of the build that begins with FROM. */
export interface Stage {
  readonly index: number;
  readonly name: Word | undefined;
  /** As written. */
  readonly base: Word;
  /** With build arguments replaced by their defaults; undefined where one has none. */
  readonly image: string | undefined;
  readonly from: Instruction;
  /** Without FROM. */
  readonly instructions: readonly Instruction[];
  /** The stage that it continues. */
  readonly parent: Stage | undefined;
}

/** Something that a builder would refuse. */
export interface Problem {
  readonly span: Span;
  readonly message: string;
}

/** A parsed Dockerfile. */
export interface Dockerfile {
  readonly source: SourceText;
  /** The escape character: a backslash, or a backtick by directive. */
  readonly escapeMark: string;
  /** Parser directives by name, in small letters. */
  readonly directives: ReadonlyMap<string, string>;
  readonly comments: readonly Comment[];
  readonly instructions: readonly Instruction[];
  /** ARG before the first FROM. */
  readonly preamble: readonly Instruction[];
  readonly stages: readonly Stage[];
  readonly problems: readonly Problem[];
}
