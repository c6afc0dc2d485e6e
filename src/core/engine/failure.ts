import { SampanError } from '../errors/index.ts';

/** Turns a runtime's last words into an error that says which of the usual things went wrong. */
export function startError(program: string, words: string): SampanError {
  const reason = lastMessage(words);
  const name = JSON.stringify(program);
  if (/executable file .*not found|no such file or directory: unknown|exec: .*no such file/i.test(reason)) {
    return new SampanError('not-found', `the program ${name} is not in the image`, {
      cause: new Error(reason),
    });
  }
  if (/stat .*: no such file or directory/i.test(reason) && reason.includes(program)) {
    return new SampanError('not-found', `the program ${name} is not in the image`, {
      cause: new Error(reason),
    });
  }
  if (/exec format error/i.test(reason)) {
    return new SampanError('unsupported', `the program ${name} is of a format that this machine cannot run`, {
      cause: new Error(reason),
    });
  }
  if (/permission denied/i.test(reason)) {
    return new SampanError('denied', `the program ${name} cannot be started: ${reason}`);
  }
  if (/hybrid mode/i.test(reason)) {
    return new SampanError(
      'unavailable',
      `the runtime cannot work with this host's control groups: ${reason}`,
      {
        remedy: 'use runc, which can, or boot with a unified hierarchy (systemd.unified_cgroup_hierarchy=1)',
      },
    );
  }
  if (/no space left on device/i.test(reason)) return new SampanError('no-space', `cannot start: ${reason}`);
  return new SampanError('unavailable', `the container cannot be started: ${reason}`);
}

/** True when a runtime says that the program of an exec is not there. */
export function isMissingProgram(words: string): boolean {
  // The working directory may be what is not there.
  if (/chdir to cwd/.test(words)) return false;
  return /executable file .*not found|exec failed.*no such file|exec: .*no such file/is.test(words);
}

/** Runtimes log JSON or text lines; the last message is the one that names the cause. */
function lastMessage(words: string): string {
  const lines = words.split('\n').filter(line => line.trim() !== '');
  const last = lines.at(-1) ?? 'the runtime said nothing';
  const match = /"msg":\s*"((?:[^"\\]|\\.)*)"/.exec(last);
  return (match?.[1] ?? last).replaceAll('\\"', '"').slice(0, 2000);
}
