import type { Files } from '../gather/index.ts';
import type { Variables } from '../node/index.ts';

/** What reading a project needs. */
export interface ProjectOptions {
  readonly files: Files;
  /** For `${NAME}` in the files, best first: flags, the environment, the device, `.env`. */
  readonly variables: Variables;
  readonly home: string;
  /** Absolute; the directory of the first file when absent. */
  readonly directory?: string | undefined;
  readonly name?: string | undefined;
  /** Active ones; `*` for all. */
  readonly profiles?: readonly string[];
  /** Services that a person names: they are active whatever their profile. */
  readonly wanted?: readonly string[];
}
