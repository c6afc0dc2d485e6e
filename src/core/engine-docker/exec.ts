import { createExec, type Docker, inspectExec, startExec } from '../docker/index.ts';
import {
  type ContainerUser,
  type ExecOptions,
  type ExecResult,
  isMissingProgram,
  OUTPUT_LIMIT,
  Tail,
} from '../engine/index.ts';
import { isSampanError, SampanError } from '../errors/index.ts';
import { killTree } from '../work/index.ts';

const NOT_FOUND_STATUS = 127;

/**
 * Runs a command in a container. A missing program is status 127, as a shell has it. The Engine API cannot end
 * a command: at a timeout it is killed by this process where that is on the same host and permitted, and goes
 * on until the container ends where not.
 */
export async function execInside(
  docker: Docker,
  container: string,
  command: ExecOptions & { readonly args: readonly string[]; readonly who: ContainerUser },
): Promise<ExecResult> {
  const { args, env, who } = command;
  const id = await createExec(docker, container, {
    args,
    user: `${who.uid}:${who.gid}`,
    ...(env ? { env } : {}),
  });
  const limit = new AbortController();
  const timer =
    command.timeoutMs === undefined ? undefined : setTimeout(() => limit.abort(), command.timeoutMs);
  const signal =
    command.signal === undefined ? limit.signal : AbortSignal.any([limit.signal, command.signal]);
  try {
    const output = await readOutput(docker, id, signal);
    if (output.cut) return await cutOff(docker, id, { command, output, timedOut: limit.signal.aborted });
    const code = (await inspectExec(docker, id)).exitCode ?? 0;
    return missing(code, output.stdout + output.stderr)
      ? { code: NOT_FOUND_STATUS, stdout: '', stderr: `${args[0]}: not found\n`, timedOut: false }
      : { code, stdout: output.stdout, stderr: output.stderr, timedOut: false };
  } finally {
    clearTimeout(timer);
  }
}

interface ExecOutput {
  readonly stdout: string;
  readonly stderr: string;
  /** It was still running when the time was up. */
  readonly cut: boolean;
}

async function readOutput(docker: Docker, id: string, signal: AbortSignal): Promise<ExecOutput> {
  const tails = { stdout: new Tail(OUTPUT_LIMIT), stderr: new Tail(OUTPUT_LIMIT) };
  let cut = false;
  try {
    for await (const chunk of startExec(docker, id, { signal })) tails[chunk.stream].push(chunk.bytes);
  } catch (error) {
    if (isSampanError(error) && isMissingProgram(error.message))
      tails.stderr.push(Buffer.from(error.message));
    else if (signal.aborted) cut = true;
    else throw error;
  }
  return { stdout: tails.stdout.text(), stderr: tails.stderr.text(), cut };
}

async function cutOff(
  docker: Docker,
  id: string,
  facts: {
    readonly command: ExecOptions & { readonly args: readonly string[] };
    readonly output: ExecOutput;
    readonly timedOut: boolean;
  },
): Promise<ExecResult> {
  killTree((await inspectExec(docker, id)).pid);
  if (!facts.timedOut) throw new SampanError('cancelled', `cancelled ${facts.command.args[0]}`);
  return { code: 137, stdout: facts.output.stdout, stderr: facts.output.stderr, timedOut: true };
}

function missing(code: number, text: string): boolean {
  return (
    (code === 126 || code === 127 || code === 0) &&
    /OCI runtime exec failed/i.test(text) &&
    isMissingProgram(text)
  );
}
