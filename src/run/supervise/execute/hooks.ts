import { createExec, type Docker, inspectExec, startExec } from '../../../core/docker/index.ts';
import { isSampanError, SampanError } from '../../../core/errors/index.ts';
import type { Hook } from '../../compose/index.ts';

const HOOK_MS = 60_000;
const TOLD_LENGTH = 500;

/**
 * Runs commands in a container that runs, one after the other, each for a minute at most.
 * (Compose Specification, "post_start")
 *
 * @throws SampanError `unproven` with what a command printed when it failed, `timeout`.
 */
export async function runHooks(
  docker: Docker,
  id: string,
  { hooks, name }: { readonly hooks: readonly Hook[]; readonly name: string },
): Promise<void> {
  for (const hook of hooks) await runHook(docker, id, { hook, name });
}

async function runHook(
  docker: Docker,
  id: string,
  { hook, name }: { readonly hook: Hook; readonly name: string },
): Promise<void> {
  const { command, user, isPrivileged, workingDirectory, environment } = hook;
  const what = `${name}: the hook ${command.join(' ')}`;
  const exec = await createExec(docker, id, {
    args: command,
    env: environment,
    privileged: isPrivileged,
    ...(user === undefined ? {} : { user }),
    ...(workingDirectory === undefined ? {} : { workingDirectory }),
  });
  let printed = '';
  try {
    for await (const { bytes } of startExec(docker, exec, { signal: AbortSignal.timeout(HOOK_MS) }))
      if (printed.length < TOLD_LENGTH) printed += Buffer.from(bytes).toString('utf8');
  } catch (error) {
    if (!isSampanError(error, 'cancelled') && !isSampanError(error, 'timeout')) throw error;
    throw new SampanError('timeout', `${what} did not end in ${HOOK_MS / 1000} s`, { cause: error });
  }
  const { exitCode } = await inspectExec(docker, exec);
  if (exitCode !== 0)
    throw new SampanError(
      'unproven',
      `${what} ended with status ${exitCode}: ${printed.trim().slice(0, TOLD_LENGTH)}`,
    );
}
