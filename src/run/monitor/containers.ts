import { containerIds, containerState, type Docker, engineEvents } from '../../core/docker/index.ts';
import { isSampanError } from '../../core/errors/index.ts';
import type { AgentHost } from '../module/index.ts';
import { type GroupPlaces, groupPlaces, type ReadFile } from './read/index.ts';

/** A container that runs, and where its counters are. */
export interface LiveContainer {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly project: string;
  readonly service: string;
  readonly pid: number;
  readonly startedMs: number;
  readonly restarts: number;
  readonly places: GroupPlaces | undefined;
}

/** The containers that run, kept up to date by the events of the engine. */
export interface LiveContainers extends AsyncDisposable {
  all(): Iterable<LiveContainer>;
}

const MAX_CONTAINERS = 500;
const RETRY_MS = 5000;

/** Follows the engine. While it is away, those that are known are kept: their counters can still be read. */
export function followContainers(host: AgentHost, read: ReadFile): LiveContainers {
  const live = new Map<string, LiveContainer>();
  const ending = new AbortController();
  const signal = AbortSignal.any([host.signal, ending.signal]);
  const look = async (docker: Docker, id: string): Promise<void> => {
    const found = await liveContainer(docker, id, read);
    if (found === undefined) live.delete(id);
    else if (live.size < MAX_CONTAINERS || live.has(id)) live.set(id, found);
  };
  const follow = async (): Promise<void> => {
    const docker = await host.docker();
    // From a moment before the list, so that nothing falls between both.
    const events = engineEvents(docker, {
      types: ['container'],
      sinceSeconds: Math.floor(host.now() / 1000) - 1,
      signal,
    });
    const ids = await containerIds(docker, { labels: [], signal });
    for (const id of live.keys()) if (!ids.includes(id)) live.delete(id);
    await Promise.all(ids.map(id => look(docker, id)));
    for await (const { action, id } of events) {
      if (action === 'start' || action === 'rename' || action === 'unpause') await look(docker, id);
      else if (action === 'die' || action === 'destroy') live.delete(id);
    }
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await follow().catch(error => {
        if (!isSampanError(error)) throw error;
      });
      await host.sleep(RETRY_MS).catch(() => {});
    }
  };
  const running = run();
  return {
    all: () => live.values(),
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await Promise.race([running, host.sleep(1000).catch(() => {})]);
    },
  };
}

async function liveContainer(docker: Docker, id: string, read: ReadFile): Promise<LiveContainer | undefined> {
  try {
    const state = await containerState(docker, id);
    if (state.pid === 0) return undefined;
    return {
      id: state.id,
      name: state.name,
      image: state.imageName,
      project: state.labels['com.docker.compose.project'] ?? '',
      service: state.labels['com.docker.compose.service'] ?? '',
      pid: state.pid,
      startedMs: Date.parse(state.startedAt),
      restarts: state.restartCount,
      places: groupPlaces(state.pid, read),
    };
  } catch (error) {
    if (isSampanError(error, 'not-found')) return undefined;
    throw error;
  }
}
