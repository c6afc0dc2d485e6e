import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { SampanError } from '../errors/index.ts';
import { runProgram } from '../work/index.ts';

/** An OCI runtime of this host, and what it can do. */
export interface Runtime {
  readonly program: string;
  /** Its name and version: `runc version 1.1.5`. */
  readonly description: string;
  readonly seccomp: boolean;
  /** It has `run --keep`: the control group stays readable after the end. */
  readonly keep: boolean;
}

/**
 * Finds a runtime by name or path and asks it what it is.
 *
 * @throws SampanError `unavailable`
 */
export async function findRuntime(name: string, searchPath: string): Promise<Runtime> {
  const program = findProgram(name, searchPath);
  if (program === undefined) throw missingRuntime(name);
  const [version, help] = await Promise.all(
    [['--version'], ['run', '--help']].map(args => runProgram(program, args, { timeoutMs: 10_000 })),
  );
  if (version?.code !== 0 || help === undefined)
    throw new SampanError('unavailable', `${program} --version failed: ${version?.output.trim()}`);
  const [first = name] = version.output.split('\n');
  return {
    program,
    description: first.trim(),
    seccomp: /seccomp/i.test(version.output),
    keep: /--keep\b/.test(help.output),
  };
}

/** The absolute path of a program, looked up as a shell does. */
export function findProgram(name: string, searchPath: string): string | undefined {
  const candidates = isAbsolute(name)
    ? [name]
    : searchPath.split(delimiter).map(directory => join(directory, name));
  return candidates.find(isExecutable);
}

/** The error for a runtime that is not there. */
function missingRuntime(name: string): SampanError {
  return new SampanError('unavailable', `the OCI runtime ${name} is not installed`, {
    remedy: 'install one (apt-get install runc, or crun), or choose --engine docker',
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
