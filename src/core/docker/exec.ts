import type { Duplex } from 'node:stream';
import { type CallOptions, type Docker, openConnection, send, sendForFields, sendOnly } from './client.ts';
import { numberAt, textAt } from './json.ts';
import { demultiplex, type OutputChunk } from './stream.ts';

/** A command to run in a container that runs. */
export interface ExecCommand {
  readonly args: readonly string[];
  readonly env?: readonly string[];
  /** As in an image; the container's own when absent. */
  readonly user?: string;
  readonly workingDirectory?: string;
  /** It reads what is sent to it. */
  readonly stdin?: boolean;
  /** It has a terminal. */
  readonly tty?: boolean;
  readonly privileged?: boolean;
}

/** Prepares a command in a container. Returns the ID of the exec. @throws SampanError `not-found`. */
export async function createExec(
  docker: Docker,
  container: string,
  command: ExecCommand & CallOptions,
): Promise<string> {
  const path = `/containers/${encodeURIComponent(container)}/exec`;
  const json = {
    AttachStdin: command.stdin ?? false,
    AttachStdout: true,
    AttachStderr: true,
    Tty: command.tty ?? false,
    ...(command.privileged === true ? { Privileged: true } : {}),
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

/**
 * Starts it with a connection of its own, in both directions: what is written goes to its input, and ending that side
 * ends its input. What is read is multiplexed unless it has a terminal. (Engine API, "Start an exec instance")
 */
export async function openExec(
  docker: Docker,
  id: string,
  options: CallOptions & { readonly tty?: boolean } = {},
): Promise<Duplex> {
  const { tty = false, signal } = options;
  const json = { Detach: false, Tty: tty };
  return await openConnection(docker, { method: 'POST', path: `/exec/${id}/start`, json, signal });
}

/** Tells its terminal how large it is. One that has ended does not mind. */
export async function resizeExec(
  docker: Docker,
  id: string,
  size: CallOptions & { readonly columns: number; readonly rows: number },
): Promise<void> {
  const query = { h: size.rows, w: size.columns };
  const call = { method: 'POST', path: `/exec/${id}/resize`, query, accept: [404, 409, 500] } as const;
  await sendOnly(docker, { ...call, signal: size.signal });
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
