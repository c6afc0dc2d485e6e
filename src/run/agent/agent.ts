import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from '../../core/bytes/index.ts';
import type { Docker } from '../../core/docker/index.ts';
import { isSampanError, SampanError } from '../../core/errors/index.ts';
import {
  type AgentHost,
  type AgentModule,
  type Bus,
  type ModuleName,
  openBus,
  type ProjectPlace,
  type RunningModule,
} from '../module/index.ts';
import { countWear, openState } from './state.ts';

/** What an agent runs with. */
export interface AgentOptions {
  readonly modules: readonly {
    readonly module: AgentModule;
    readonly settings: Readonly<Record<string, unknown>>;
  }[];
  readonly projects: readonly ProjectPlace[];
  /** Where its small files are. */
  readonly directory: string;
  /** Held while it runs: one agent for an engine. */
  readonly lockPath: string;
  /** Connects to the engine. @throws SampanError `unavailable`. */
  readonly connect: () => Promise<Docker>;
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly signal: AbortSignal;
  /** Called when every part has started. */
  readonly ready: (agent: Agent) => void;
}

/** An agent that runs. */
export interface Agent {
  readonly bus: Bus;
  modules(): ReadonlyMap<ModuleName, RunningModule>;
  wear(): { readonly totalBytes: number; readonly bytesPerDay: number };
}

const STOP_MS = 10_000;

/**
 * Runs until it is cancelled; containers run on. A part that does not start is told, and the others run.
 *
 * @throws SampanError `unavailable` when another agent holds the engine.
 */
export async function runAgent(options: AgentOptions): Promise<void> {
  try {
    await withLock(options.lockPath, () => runLocked(options), { timeoutMs: 0, signal: options.signal });
  } catch (error) {
    if (isSampanError(error, 'timeout') && error.message.startsWith(options.lockPath))
      throw new SampanError('unavailable', `another agent keeps this engine: ${error.message}`, {
        cause: error,
        remedy: 'end the other one; two would undo what the other does',
      });
    throw error;
  }
}

async function runLocked(options: AgentOptions): Promise<void> {
  const { signal } = options;
  const bus = openBus(options.now);
  const running = new Map<ModuleName, RunningModule>();
  const wear = countWear(options.monotonic);
  const base = hostBase(options, { bus, modules: () => running });
  try {
    for (const { module, settings } of options.modules) {
      const state = await openState(join(options.directory, module.name), wear, unwritten(module.name, bus));
      try {
        running.set(module.name, await module.start({ ...base, settings, state }));
      } catch (error) {
        if (!isSampanError(error) || error.code === 'usage') throw error;
        bus.tell({
          from: module.name,
          kind: 'module.failed',
          severity: 'error',
          text: error.message,
          data: {},
        });
      }
    }
    options.ready({ bus, modules: () => running, wear: () => wear.read() });
    await aborted(signal);
  } finally {
    const endings = [...running.values()].reverse().map(async one => await one[Symbol.asyncDispose]());
    const limit = new AbortController();
    await Promise.race([
      Promise.allSettled(endings),
      sleep(STOP_MS, undefined, { signal: limit.signal, ref: false }).catch(() => {}),
    ]);
    limit.abort();
  }
}

/** A full disk ends no work: what is remembered is lost with the agent, and no more. */
function unwritten(from: ModuleName, bus: Bus): (error: SampanError) => void {
  return ({ message }) =>
    bus.tell({
      from,
      kind: 'state.unwritten',
      severity: 'error',
      text: `its state cannot be written: ${message}`,
      data: {},
    });
}

function hostBase(
  { connect, now, monotonic, signal, projects }: AgentOptions,
  more: Pick<AgentHost, 'bus' | 'modules'>,
): Omit<AgentHost, 'settings' | 'state'> {
  return {
    ...more,
    docker: connect,
    signal,
    now,
    monotonic,
    projects,
    sleep: async ms => {
      try {
        await sleep(ms, undefined, { signal });
      } catch (error) {
        throw new SampanError('cancelled', 'the agent ends', { cause: error });
      }
    },
  };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  // Modules wait on timers and sockets; something must keep the process alive when they all have ended.
  const alive = setInterval(() => {}, 1 << 30);
  await promise;
  clearInterval(alive);
}
