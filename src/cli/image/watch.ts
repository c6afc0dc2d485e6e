import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Container, Exit } from '../../core/engine/index.ts';
import type { Context } from '../context/index.ts';

/** Why an observation ended. */
export type WatchEnd =
  | { readonly kind: 'asked' | 'time' }
  | { readonly kind: 'command'; readonly status: number }
  | { readonly kind: 'app'; readonly exit: Exit };

/** How long to watch a running app. */
export interface WatchOptions {
  /** The ports at which it is reached. */
  readonly ports: readonly number[];
  /** A command line for the shell of this machine; its end ends the watch. */
  readonly until: string | undefined;
  readonly durationMs: number | undefined;
}

/** Waits until an observation is over: by ^C or Enter, by time, by the end of a command, or of the app itself. */
export async function watch(
  container: Container,
  context: Context,
  { ports, until, durationMs }: WatchOptions,
): Promise<WatchEnd> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, context.signal]);
  const asked = { kind: 'asked' } as const;
  const ends: Promise<WatchEnd>[] = [
    container.wait().then(exit => ({ kind: 'app', exit })),
    once(context.signal, 'abort', { signal: over.signal }).then(() => asked),
  ];
  if (context.signal.aborted) return asked;
  if (durationMs !== undefined) ends.push(sleep(durationMs, { kind: 'time' } as const, { signal }));
  if (until !== undefined)
    ends.push(runUntil(until, { env: environmentFor(container, ports), context, signal }));
  else if (context.input.isTerminal) ends.push(context.input.line(signal).then(() => asked));
  for (const end of ends) end.catch(() => {});
  try {
    return await Promise.race(ends.map(end => end.catch(error => rethrow(error, context.signal))));
  } finally {
    over.abort();
  }
}

/** What is given up because the person pressed ^C has ended as asked. */
function rethrow(error: unknown, signal: AbortSignal): WatchEnd {
  if (signal.aborted) return { kind: 'asked' };
  throw error;
}

function environmentFor(container: Container, ports: readonly number[]): Record<string, string> {
  const env: Record<string, string> = { SAMPAN_CONTAINER: container.id };
  for (const [i, port] of ports.entries()) {
    const address = container.address(port);
    env[`SAMPAN_PORT_${port}`] = String(address.port);
    if (i === 0) Object.assign(env, { SAMPAN_HOST: address.host, SAMPAN_PORT: String(address.port) });
  }
  return env;
}

interface Surroundings {
  readonly env: Readonly<Record<string, string>>;
  readonly context: Context;
  readonly signal: AbortSignal;
}

/** Runs a command line in the shell, with its output on standard error. */
async function runUntil(line: string, { env, context, signal }: Surroundings): Promise<WatchEnd> {
  const child = spawn('/bin/sh', ['-c', line], {
    cwd: context.cwd,
    env: { ...context.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => context.stderr.write(text));
  }
  const [code] = await once(child, 'close');
  return { kind: 'command', status: typeof code === 'number' ? code : 1 };
}
