import type { Progress } from '../../core/progress/index.ts';
import type { Output } from '../output/index.ts';
import type { Input } from './input.ts';

/** All that a command may use of the world outside; nothing else reads `process`. */
export interface Context {
  /** For results. */
  readonly stdout: Output;
  /** For everything else. */
  readonly stderr: Output;
  readonly input: Input;
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
}
