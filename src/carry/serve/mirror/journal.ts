import { join } from 'node:path';
import { readSmall, repositoriesIn, repositoryPath, writeSmall } from '../storage/index.ts';

/** How one mirrored repository stands with its upstream. Times are RFC 3339. */
export interface SyncState {
  readonly repository: string;
  readonly upstream: string;
  readonly lastSuccess?: string;
  readonly lastError?: string;
  readonly lastErrorTime?: string;
  /** True when the upstream did not answer last time: what is served may be older than what it has. */
  readonly stale: boolean;
}

/** Remembers how mirrored repositories stand, over restarts too. */
export interface SyncJournal {
  succeeded(repository: string, upstream: string): Promise<void>;
  failed(repository: string, upstream: string, error: unknown): Promise<void>;
  /** Sorted by name. */
  all(): Promise<readonly SyncState[]>;
}

/** Writing down each success would wear out flash. */
const WRITE_MS = 300_000;

/** The journal under the directory of a registry. */
export function openSyncJournal(root: string, now: () => number): SyncJournal {
  const states = new Map<string, SyncState>();
  const written = new Map<string, number>();
  let loading: Promise<void> | undefined;
  const fileOf = (repository: string): string => join(repositoryPath(root, repository), '_sync.json');
  const load = (): Promise<void> => {
    loading ??= loadAll(root, fileOf, states);
    return loading;
  };
  const keep = async (state: SyncState, isNews: boolean): Promise<void> => {
    states.set(state.repository, state);
    if (!isNews && now() - (written.get(state.repository) ?? 0) < WRITE_MS) return;
    written.set(state.repository, now());
    // What cannot be written down is not worth failing a pull for.
    await writeSmall(fileOf(state.repository), JSON.stringify(state)).catch(() => undefined);
  };
  return {
    succeeded: async (repository, upstream) => {
      await load();
      const before = states.get(repository);
      const time = new Date(now()).toISOString();
      await keep({ ...before, repository, upstream, lastSuccess: time, stale: false }, before?.stale ?? true);
    },
    failed: async (repository, upstream, error) => {
      await load();
      const before = states.get(repository);
      const lastError = error instanceof Error ? error.message : String(error);
      const lastErrorTime = new Date(now()).toISOString();
      // A name that was never found must not make a repository.
      if (before === undefined) return;
      await keep({ ...before, upstream, lastError, lastErrorTime, stale: true }, !before.stale);
    },
    all: async () => {
      await load();
      return [...states.values()].sort((a, b) => (a.repository < b.repository ? -1 : 1));
    },
  };
}

async function loadAll(
  root: string,
  fileOf: (repository: string) => string,
  states: Map<string, SyncState>,
): Promise<void> {
  for await (const repository of repositoriesIn(root)) {
    const text = await readSmall(fileOf(repository)).catch(() => undefined);
    if (text === undefined || states.has(repository)) continue;
    try {
      const state: SyncState = JSON.parse(text);
      if (state.repository === repository) states.set(repository, state);
    } catch {
      // Written anew at the next success.
    }
  }
}
