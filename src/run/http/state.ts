import { memoryUsage } from 'node:process';
import { isSampanError } from '../../core/errors/index.ts';
import type { AgentHost } from '../module/index.ts';
import { type ContainerView, listViews } from './containers.ts';

/** What the agent knows at one moment. */
export interface AgentState {
  readonly timeMs: number;
  readonly hostname: string;
  readonly uptimeSeconds: number;
  /** Resident, of the agent itself. */
  readonly memoryBytes: number;
  /** What the agent has written to the flash. */
  readonly wear: { readonly totalBytes: number; readonly bytesPerDay: number };
  readonly containers: readonly ContainerView[];
  /** Why the containers are not known now. */
  readonly engineProblem?: string;
  readonly modules: Readonly<Record<string, unknown>>;
}

/** About the agent, for {@link readState}. */
export interface AboutAgent {
  readonly hostname: string;
  readonly startedMs: number;
}

/** Asks all parts what they know, and the engine what there is. */
export async function readState(host: AgentHost, about: AboutAgent): Promise<AgentState> {
  const modules: Record<string, unknown> = {};
  for (const [name, running] of host.modules()) if (name !== 'http') modules[name] = running.status();
  return {
    timeMs: host.now(),
    hostname: about.hostname,
    uptimeSeconds: Math.round((host.monotonic() - about.startedMs) / 1000),
    memoryBytes: memoryUsage.rss(),
    wear: host.state.wear(),
    ...(await containersOf(host)),
    modules,
  };
}

async function containersOf(host: AgentHost): Promise<Pick<AgentState, 'containers' | 'engineProblem'>> {
  try {
    return { containers: await listViews(await host.docker(), host.signal) };
  } catch (error) {
    if (!isSampanError(error)) throw error;
    return { containers: [], engineProblem: error.message };
  }
}

/** Tells the state to all who look, and asks nothing while nobody does. */
export interface LiveState {
  /** Calls back now and then every few seconds, until the signal aborts. */
  watch(show: (state: AgentState) => void, signal: AbortSignal): void;
  /** Tells it again soon: something has happened. */
  hurry(): void;
}

const STEP_MS = 5000;
const SOON_MS = 300;

/** One reading serves all who look. */
export function liveState(read: () => Promise<AgentState>): LiveState {
  const watchers = new Set<(state: AgentState) => void>();
  let timer: NodeJS.Timeout | undefined;
  let isReading = false;
  let isAsked = false;
  const plan = (ms: number): void => {
    clearTimeout(timer);
    timer = watchers.size === 0 ? undefined : setTimeout(() => void tell(), ms);
  };
  const tell = async (): Promise<void> => {
    isReading = true;
    isAsked = false;
    try {
      const state = await read();
      for (const show of watchers) show(state);
    } finally {
      isReading = false;
      plan(isAsked ? SOON_MS : STEP_MS);
    }
  };
  const hurry = (): void => {
    if (isReading) isAsked = true;
    else if (!isAsked) {
      isAsked = true;
      plan(SOON_MS);
    }
  };
  return {
    hurry,
    watch: (show, signal) => {
      watchers.add(show);
      signal.addEventListener(
        'abort',
        () => {
          watchers.delete(show);
          if (watchers.size === 0) plan(0);
        },
        { once: true },
      );
      if (!isReading) void tell();
      else isAsked = true;
    },
  };
}
