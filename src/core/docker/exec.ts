import { type CallOptions, type Docker, send, sendForFields } from './client.ts';
import { numberAt, textAt } from './json.ts';
import { demultiplex, type OutputChunk } from './stream.ts';

/** A command to run in a container that runs. */
export interface ExecCommand {
  readonly args: readonly string[];
  readonly env?: readonly string[];
  /** As in an image; the container's own when absent. */
  readonly user?: string;
  readonly workingDirectory?: string;
}

/** Prepares a command in a container. Returns the ID of the exec. @throws SampanError `not-found`. */
export async function createExec(
  docker: Docker,
  container: string,
  command: ExecCommand & CallOptions,
): Promise<string> {
  const path = `/containers/${encodeURIComponent(container)}/exec`;
  const json = {
    AttachStdout: true,
    AttachStderr: true,
    Cmd: command.args,
    Env: command.env ?? [],
    ...(command.user === undefined ? {} : { User: command.user }),
    ...(command.workingDirectory === undefined ? {} : { WorkingDir: command.workingDirectory }),
  };
  return textAt(await sendForFields(docker, { method: 'POST', path, json, signal: command.signal }), 'Id');
}

/** Starts it and passes on what it prints, until it ends. */
export async function* startExec(
  docker: Docker,
  id: string,
  options: CallOptions = {},
): AsyncGenerator<OutputChunk> {
  const json = { Detach: false, Tty: false };
  const reply = await send(docker, {
    method: 'POST',
    path: `/exec/${id}/start`,
    json,
    idleMs: 0,
    ...options,
  });
  yield* demultiplex(reply.body);
}

/** How a command stands: its process on the engine's host, and its status once it has ended. */
export async function inspectExec(
  docker: Docker,
  id: string,
  options: CallOptions = {},
): Promise<{ readonly running: boolean; readonly exitCode: number | undefined; readonly pid: number }> {
  const fields = await sendForFields(docker, { method: 'GET', path: `/exec/${id}/json`, ...options });
  return {
    running: fields.Running === true,
    exitCode: numberAt(fields, 'ExitCode'),
    pid: numberAt(fields, 'Pid') ?? 0,
  };
}
