import type { Duplex } from 'node:stream';
import {
  createExec,
  type Docker,
  demultiplex,
  type ExecCommand,
  inspectExec,
  openExec,
  resizeExec,
} from '../../core/docker/index.ts';
import { isSampanError, SampanError, wrap } from '../../core/errors/index.ts';
import type { Project } from '../../run/compose/index.ts';
import { type CurrentContainer, projectContainers } from '../../run/supervise/index.ts';
import type { Context, RawTerminal } from '../context/index.ts';
import { checkServices } from './services.ts';

/** A container of a service that runs. @throws SampanError `not-found`, `unavailable` when it does not run. */
export async function containerOf(
  docker: Docker,
  project: Project,
  which: { readonly service: string; readonly number: number; readonly signal: AbortSignal },
): Promise<CurrentContainer> {
  const { service, number, signal } = which;
  checkServices(project, [service]);
  const all = await projectContainers(docker, project.name, signal);
  const mine = all.filter(one => one.service === service && one.number === number && !one.isPrevious);
  const [found] = mine.sort((a, b) => Number(b.status === 'running') - Number(a.status === 'running'));
  if (found?.status === 'running') return found;
  const what = number === 1 ? service : `container ${number} of ${service}`;
  throw new SampanError('unavailable', `${what} does not run`, { remedy: 'sampan up starts it' });
}

/** A command for a container that runs. */
export interface Inside {
  readonly container: string;
  readonly command: ExecCommand;
  readonly usesTerminal: boolean;
}

/** Runs it with the input and outputs of this process. Returns its exit status. */
export async function runInside(
  context: Context,
  docker: Docker,
  { container, command, usesTerminal }: Inside,
): Promise<number> {
  const { signal } = context;
  const terminal = usesTerminal ? context.terminal : undefined;
  const tty = terminal !== undefined;
  const env = tty && terminal.name !== '' ? [`TERM=${terminal.name}`, ...(command.env ?? [])] : command.env;
  const id = await createExec(docker, container, {
    ...command,
    ...(env === undefined ? {} : { env }),
    stdin: true,
    tty,
    signal,
  });
  try {
    const connection = await openExec(docker, id, { tty, signal });
    await converse(context, connection, terminal === undefined ? undefined : { terminal, docker, id });
  } catch (error) {
    const status = cannotRun(error);
    if (status === undefined) throw wrap(`running ${command.args[0]}`, error);
    if (isSampanError(error)) context.stderr.write(`sampan: ${error.message}\n`);
    return status;
  }
  return (await inspectExec(docker, id)).exitCode ?? 0;
}

/** As shells say it: 127 for a command that is not there, 126 for one that cannot be run. */
function cannotRun(error: unknown): number | undefined {
  if (!isSampanError(error)) return undefined;
  if (/executable file not found|no such file or directory/i.test(error.message)) return 127;
  return /exec failed|permission denied|OCI runtime/i.test(error.message) ? 126 : undefined;
}

interface OnTerminal {
  readonly terminal: RawTerminal;
  readonly docker: Docker;
  readonly id: string;
}

async function converse(
  context: Context,
  connection: Duplex,
  onTerminal: OnTerminal | undefined,
): Promise<void> {
  const { input, stdout, stderr, signal } = context;
  const giveUp = (): void => void connection.destroy(new SampanError('cancelled', 'interrupted'));
  signal.addEventListener('abort', giveUp, { once: true });
  // What ends before it has read all of its input is not to blame.
  connection.on('error', () => {});
  const restore = onTerminal === undefined ? undefined : takeTerminal(onTerminal);
  const stopInput = input.sendTo(connection);
  try {
    if (onTerminal !== undefined) for await (const bytes of connection) await stdout.writeBytes(bytes);
    else
      for await (const { stream, bytes } of demultiplex(connection))
        await (stream === 'stdout' ? stdout : stderr).writeBytes(bytes);
  } finally {
    stopInput();
    restore?.();
    signal.removeEventListener('abort', giveUp);
    connection.destroy();
  }
}

/** Keys go to the command as they are pressed, and it knows the size. Returns what gives the terminal back. */
function takeTerminal({ terminal, docker, id }: OnTerminal): () => void {
  const { input, output } = terminal;
  const tell = (): void => {
    const { columns, rows } = output;
    // It may have ended meanwhile.
    resizeExec(docker, id, { columns: columns || 80, rows: rows || 24 }).catch(() => {});
  };
  input.setRawMode(true);
  output.on('resize', tell);
  tell();
  return () => {
    output.off('resize', tell);
    input.setRawMode(false);
  };
}
