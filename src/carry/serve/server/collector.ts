import { type Collection, type CollectOptions, collectGarbage } from '../collect/index.ts';
import type { Metrics } from '../metrics/index.ts';
import type { Storage } from '../storage/index.ts';

/** How the last collection ended. */
export interface CollectorState {
  readonly running: boolean;
  readonly lastEnd?: string;
  readonly last?: Collection;
  readonly lastError?: string;
}

/** Collects from time to time, and when it is asked to; never twice at once. */
export interface Collector {
  /** Collects, or joins the collection under way. Errors are kept in the state, not thrown. */
  collect(): Promise<void>;
  state(): CollectorState;
  /** Waits for the collection under way, which is cut short. */
  stop(): Promise<void>;
}

/** When and how to collect. */
export interface CollectorOptions extends Omit<CollectOptions, 'signal'> {
  readonly metrics: Metrics;
  /** Never by itself when absent. */
  readonly everyMs?: number | undefined;
}

/** A collector of a storage. */
export function openCollector(storage: Storage, options: CollectorOptions): Collector {
  const stopping = new AbortController();
  let state: CollectorState = { running: false };
  let underway: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    const { lastEnd: _, lastError: __, ...before } = state;
    state = { ...before, running: true };
    const end = (): string => new Date(options.now()).toISOString();
    try {
      const last = await collectGarbage(storage, { ...options, signal: stopping.signal });
      state = { running: false, lastEnd: end(), last };
      options.metrics.count('sampan_registry_collections_total', { outcome: 'done' });
      options.metrics.count('sampan_registry_collected_bytes_total', {}, last.bytes);
    } catch (error) {
      const lastError = error instanceof Error ? error.message : String(error);
      state = { ...before, running: false, lastEnd: end(), lastError };
      options.metrics.count('sampan_registry_collections_total', { outcome: 'failed' });
    }
  };
  const collect = (): Promise<void> => {
    underway ??= run().finally(() => {
      underway = undefined;
    });
    return underway;
  };
  const timer =
    options.everyMs === undefined ? undefined : setInterval(() => void collect(), options.everyMs);
  return {
    collect,
    state: () => state,
    stop: async () => {
      clearInterval(timer);
      stopping.abort();
      await underway;
    },
  };
}
