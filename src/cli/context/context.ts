import type { ReadStream, WriteStream } from 'node:tty';
import type { Progress } from '../../core/progress/index.ts';
import type { Output } from '../output/index.ts';
import type { Input } from './input.ts';

/** A terminal as it is, for what draws on all of it. */
export interface RawTerminal {
  readonly input: ReadStream;
  readonly output: WriteStream;
  /** What `TERM` calls it; empty where that is not set. */
  readonly name: string;
}

/** All that a command may use of the world outside; nothing else reads `process`. */
export interface Context {
  /** For results. */
  readonly stdout: Output;
  /** For everything else. */
  readonly stderr: Output;
  readonly input: Input;
  /** Where both standard input and standard output are a terminal. */
  readonly terminal?: RawTerminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly cwd: string;
  /** The user's home directory, absolute. */
  readonly home: string;
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP, with SampanError `cancelled`. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  now(): number;
  /** Shown on the terminal; lines where there is none; silent with `--quiet`. */
  readonly progress: Progress;
  /** `--verbose` was given. */
  readonly verbose: boolean;
  /** `--quiet` was given. */
  readonly quiet: boolean;
  /** What the process ends with when all went well, instead of 0: the status of a command that it ran. */
  setExitStatus(status: number): void;
}
