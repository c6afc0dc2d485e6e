import { join } from 'node:path';
import { CDI_DIRECTORIES, type HostFiles, hostFiles } from '../../run/cdi/index.ts';
import { type Device, openCatalogue } from '../../run/devices/index.ts';

/** What `sampan devices cdi` is asked for. */
export interface CdiOptions {
  readonly selectors: readonly string[];
  readonly nvidia: boolean;
  /** A directory, or `-` for standard output. */
  readonly output: string | undefined;
  readonly check: boolean;
  readonly json: boolean;
}

/** A machine to write documents of. */
export interface CdiMachine {
  readonly files: HostFiles;
  readonly directories: readonly string[];
  devices(): readonly Device[];
}

/** The machine below a root. */
export function cdiMachine(root = '/'): CdiMachine {
  return {
    files: hostFiles(root),
    directories: CDI_DIRECTORIES,
    devices: () =>
      openCatalogue({ sys: join(root, 'sys'), dev: join(root, 'dev'), proc: join(root, 'proc') }).read(),
  };
}
