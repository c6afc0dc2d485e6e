import { type ContainerState, containerIds, containerState, engineEvents } from '../../core/docker/index.ts';
import { isSampanError } from '../../core/errors/index.ts';
import type { AgentHost } from '../module/index.ts';

/** What is told about containers. */
export interface ContainerWatch {
  /** It is there: `isNew` when it started while the agent watched. It is told again with each start. */
  there(state: ContainerState, isNew: boolean): void;
  /** It is removed. */
  gone(id: string): void;
}

const RETRY_MS = 5000;

/** Tells of all containers, until the signal; an engine that is away is awaited. */
export async function watchContainers(
  host: AgentHost,
  watch: ContainerWatch,
  signal: AbortSignal,
): Promise<void> {
  let isFirst = true;
  const known = new Set<string>();
  const follow = async (): Promise<void> => {
    const docker = await host.docker();
    // From a moment before the list, so that nothing falls between both.
    const sinceSeconds = Math.floor(host.now() / 1000) - 1;
    const events = engineEvents(docker, { types: ['container'], sinceSeconds, signal });
    const look = async (id: string, isNew: boolean): Promise<void> => {
      try {
        const state = await containerState(docker, id, { signal });
        watch.there(state, isNew && !known.has(id));
        known.add(id);
      } catch (error) {
        if (!isSampanError(error, 'not-found')) throw error;
      }
    };
    const forget = (id: string): void => {
      known.delete(id);
      watch.gone(id);
    };
    const ids = await containerIds(docker, { labels: [], signal });
    for (const id of known) if (!ids.includes(id)) forget(id);
    for (const id of ids) await look(id, !isFirst);
    isFirst = false;
    for await (const { action, id } of events) {
      if (action === 'start' || action === 'rename') await look(id, true);
      else if (action === 'destroy') forget(id);
    }
  };
  while (!signal.aborted) {
    await follow().catch(error => {
      if (!isSampanError(error)) throw error;
    });
    await host.sleep(RETRY_MS).catch(() => {});
  }
}
