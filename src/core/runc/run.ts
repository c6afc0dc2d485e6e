import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Output, startError } from '../engine/index.ts';
import { SampanError } from '../errors/index.ts';
import { capture } from './capture.ts';
import type { Prepared } from './prepare.ts';
import type { Runtime } from './runtime.ts';

/** The runtime in the foreground: it ends with the program, and with its exit status. */
export interface Foreground {
  /** Resolves with the status when all is read. Never rejects. */
  readonly ended: Promise<number>;
  hasEnded(): boolean;
  readonly pid: number | undefined;
  output(): Output;
  kill(): void;
}

const POLL_MS = 4;
const EXEC_LIMIT_MS = 1_000;
const START_LIMIT_MS = 60_000;

/** Starts `run` of the runtime. Its child is the container; it reaps it and passes on its output. */
export function runForeground(runtime: Runtime, prepared: Prepared): Foreground {
  const { paths, work } = prepared;
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn(
    runtime.program,
    [
      ...['--root', paths.root, '--log', paths.log, '--log-format', 'json'],
      ...(prepared.group === undefined ? withoutGroups(runtime) : []),
      ...[
        'run',
        ...(runtime.keep ? ['--keep'] : []),
        '--bundle',
        paths.bundle,
        '--pid-file',
        paths.pidFile,
        work.id,
      ],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: work.childEnvironment, detached: true },
  );
  const output = capture(child);
  const { promise: ended, resolve } = Promise.withResolvers<number>();
  child.on('error', () => resolve(-1));
  child.on('close', (code, signal) => resolve(code ?? (signal === null ? -1 : 137)));
  return {
    ended,
    pid: child.pid,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined,
    output,
    kill: () => child.kill('SIGKILL'),
  };
}

/**
 * Waits until the program runs, or has run. Returns its process number.
 *
 * @throws SampanError by what the runtime said when it could not start it; `timeout`, `cancelled`.
 */
export async function awaitStart(
  foreground: Foreground,
  prepared: Prepared,
  options: {
    readonly signal?: AbortSignal | undefined;
    readonly beforeStart?: ((pid: number) => Promise<void>) | undefined;
  },
): Promise<number> {
  const { paths } = prepared;
  if (options.beforeStart !== undefined) {
    await awaitFile(paths.gateState, foreground, prepared, options.signal);
    await options.beforeStart(statePid(readFileSync(paths.gateState, 'utf8')));
    writeFileSync(paths.gateOpen, '');
  }
  await awaitFile(paths.pidFile, foreground, prepared, options.signal);
  const pid = Number(readFileSync(paths.pidFile, 'utf8'));
  await awaitProgram(pid, foreground);
  return pid;
}

/** For a moment the process is still the runtime's own, and a signal would kill that and not reach the program. */
async function awaitProgram(pid: number, foreground: Foreground): Promise<void> {
  const deadline = Date.now() + EXEC_LIMIT_MS;
  const runtime = foreground.pid === undefined ? '' : commandLine(foreground.pid);
  while (Date.now() < deadline && !foreground.hasEnded()) {
    const now = commandLine(pid);
    if (now !== runtime && !/^[^\0]*runc\0init\0/.test(now)) return;
    await sleep(1);
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return 'ended';
  }
}

async function awaitFile(
  path: string,
  foreground: Foreground,
  prepared: Prepared,
  signal: AbortSignal | undefined,
): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (true) {
    if (signal?.aborted === true)
      throw new SampanError('cancelled', 'cancelled while the container was starting');
    // In this order: a short program may end between the two.
    const over = foreground.hasEnded();
    if (isWritten(path)) return;
    if (over) throw await runtimeError(foreground, prepared);
    if (Date.now() > deadline)
      throw new SampanError('timeout', 'the runtime did not start the container in 60 s');
    await sleep(POLL_MS);
  }
}

function isWritten(path: string): boolean {
  return existsSync(path) && readFileSync(path).length > 0;
}

async function runtimeError(foreground: Foreground, prepared: Prepared): Promise<SampanError> {
  await foreground.ended;
  const log = existsSync(prepared.paths.log) ? readFileSync(prepared.paths.log, 'utf8') : '';
  return startError(prepared.spec.args[0] ?? '', log.trim() === '' ? foreground.output().stderr : log);
}

function statePid(text: string): number {
  const value: unknown = JSON.parse(text);
  const pid = typeof value === 'object' && value !== null && 'pid' in value ? value.pid : undefined;
  if (typeof pid === 'number') return pid;
  throw new SampanError('internal', "the runtime's hook was not told the process number");
}

function withoutGroups(runtime: Runtime): readonly string[] {
  return runtime.description.startsWith('crun') ? ['--cgroup-manager=disabled'] : ['--rootless', 'true'];
}
