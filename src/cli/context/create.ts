import { homedir } from 'node:os';
import { SampanError } from '../../core/errors/index.ts';
import { SILENT } from '../../core/progress/index.ts';
import { type Output, styleFor } from '../output/index.ts';
import { type LiveProgress, liveProgress, plainProgress } from '../progress/index.ts';
import type { Context } from './context.ts';
import { inputOf } from './input.ts';

/** What the user asked for of every command. */
export interface Mood {
  readonly verbose: boolean;
  readonly quiet: boolean;
}

/** A context and the means to end it. */
export interface OpenContext {
  readonly context: Context;
  /** Gives the terminal back and waits until all output is written. */
  close(): Promise<void>;
}

const INTERRUPTED = 130;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Opens the context of a process. The second signal ends the process at once, with status 130. */
export function openContext(host: NodeJS.Process, mood: Mood): OpenContext {
  const live = mood.quiet || !host.stderr.isTTY ? undefined : openLive(host);
  const stdout = outputFor(host.stdout, { env: host.env, live });
  const stderr = outputFor(host.stderr, { env: host.env, live });
  const plain = mood.quiet ? SILENT : plainProgress({ write: text => stderr.write(text), now: Date.now });
  const context: Context = {
    stdout,
    stderr,
    input: inputOf(host.stdin),
    ...terminalOf(host),
    env: host.env,
    cwd: host.cwd(),
    home: homedir(),
    signal: abortOnSignals(host, live),
    now: Date.now,
    progress: live ?? plain,
    setExitStatus: status => {
      host.exitCode = status;
    },
    ...mood,
  };
  return {
    context,
    close: async () => {
      live?.close();
      await Promise.all([drain(host.stdout), drain(host.stderr)]);
    },
  };
}

function terminalOf({ stdin, stdout, env }: NodeJS.Process): Pick<Context, 'terminal'> {
  if (!stdin.isTTY || !stdout.isTTY) return {};
  return { terminal: { input: stdin, output: stdout, name: env.TERM ?? '' } };
}

function openLive(host: NodeJS.Process): LiveProgress {
  return liveProgress({
    write: text => void host.stderr.write(text),
    columns: () => columnsOf(host.stderr),
    style: styleFor({ color: wantsColor(host.stderr, host.env) }),
    now: Date.now,
    every: (ms, tick) => {
      const timer = setInterval(tick, ms);
      timer.unref();
      return () => clearInterval(timer);
    },
  });
}

interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly live: LiveProgress | undefined;
}

function outputFor(stream: NodeJS.WriteStream, { env, live }: Surroundings): Output {
  // A reader that has gone away (`| head`) is no failure of the work that is still going on.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const write = (text: string) => {
    if (!stream.destroyed) stream.write(text);
  };
  return {
    isTerminal: stream.isTTY === true,
    color: wantsColor(stream, env),
    get columns() {
      return columnsOf(stream);
    },
    writeBytes: bytes => writeBytes(stream, bytes),
    write: live === undefined || !stream.isTTY ? write : text => live.above(() => write(text)),
  };
}

async function writeBytes(stream: NodeJS.WriteStream, bytes: Uint8Array): Promise<void> {
  if (stream.destroyed || stream.write(bytes)) return;
  await new Promise<void>(resolve => {
    const go = (): void => {
      stream.off('drain', go).off('close', go);
      resolve();
    };
    stream.on('drain', go).on('close', go);
  });
}

function columnsOf(stream: NodeJS.WriteStream): number {
  return stream.columns > 0 ? stream.columns : 80;
}

function wantsColor(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}

function abortOnSignals(host: NodeJS.Process, live: LiveProgress | undefined): AbortSignal {
  const controller = new AbortController();
  for (const name of SIGNALS) {
    host.on(name, () => {
      if (controller.signal.aborted) {
        live?.close();
        host.exit(INTERRUPTED);
      }
      controller.abort(new SampanError('cancelled', `interrupted by ${name}`));
    });
  }
  return controller.signal;
}

function drain(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.destroyed) return Promise.resolve();
  return new Promise(resolve => stream.write('', () => resolve()));
}
