import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SAMPAN = fileURLToPath(new URL('../../../bin/sampan', import.meta.url));
const MAIN = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));

/** A `sampan serve` of its own process. */
export interface ServerProcess {
  readonly child: ChildProcess;
  /** Where it answers; absent when it ended before. */
  readonly port: number | undefined;
  /** What it has said. */
  said(): string;
  /** Ends it with SIGTERM and waits. */
  stop(): Promise<void>;
}

/** How to start it. */
export interface StartOptions {
  readonly directory: string;
  readonly args?: readonly string[];
  /** The command line to run under `under`; that of the sources unless told. */
  readonly main?: string | undefined;
  /** A program that runs it: `strace …`. */
  readonly under?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts `sampan serve` on a free port of this machine, and waits until it listens or has ended. */
export async function startServer(options: StartOptions): Promise<ServerProcess> {
  const { directory, args = [], under = [], main = MAIN } = options;
  const words = ['serve', '--store', directory, '--listen', '127.0.0.1:0', '--stop-timeout', '5s', ...args];
  // Traced it is node itself, so that no shell's system calls count.
  const sampan = under.length > 0 ? [process.execPath, main] : [SAMPAN];
  const [program = '', ...rest] = [...under, ...sampan, ...words];
  const env = {
    ...process.env,
    ...(options.main === undefined ? { NODE_COMPILE_CACHE: join(tmpdir(), 'sampan-serve-compiled') } : {}),
    ...options.env,
  };
  const child = spawn(program, rest, { stdio: ['ignore', 'ignore', 'pipe'], env });
  let text = '';
  const listening = Promise.withResolvers<number | undefined>();
  child.stderr.on('data', chunk => {
    text += chunk;
    const port = /at https?:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1];
    if (port !== undefined) listening.resolve(Number(port));
  });
  const ended = once(child, 'close');
  void ended.then(() => listening.resolve(undefined));
  const port = await listening.promise;
  return {
    child,
    port,
    said: () => text,
    stop: async () => {
      terminate(child, under.length > 0);
      await ended;
    },
  };
}

/** A program that runs another one may keep the signal to itself. */
function terminate(child: ChildProcess, isUnder: boolean): void {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  if (!isUnder) return void child.kill('SIGTERM');
  try {
    const [inner] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    if (inner !== undefined && inner !== '') process.kill(Number(inner), 'SIGTERM');
  } catch {
    // It has ended meanwhile.
  }
}
