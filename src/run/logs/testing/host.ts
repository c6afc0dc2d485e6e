import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Docker } from '../../../core/docker/index.ts';
import { SampanError } from '../../../core/errors/index.ts';
import { type AgentHost, openBus } from '../../module/index.ts';

/** A host of an agent, with real clocks and state in a directory of the test. */
export interface FakeHost extends AgentHost {
  /** Ends the agent. */
  end(): void;
}

/** Makes a {@link FakeHost}; a directory is the state of one before. */
export function fakeHost(
  t: TestContext,
  options: {
    readonly settings?: Readonly<Record<string, unknown>>;
    readonly docker?: Docker;
    readonly directory?: string;
  } = {},
): FakeHost {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'sampan-logs-'));
  if (options.directory === undefined) t.after(() => rmSync(directory, { recursive: true, force: true }));
  const ending = new AbortController();
  let written = 0;
  return {
    docker: async () => {
      if (options.docker !== undefined) return options.docker;
      throw new SampanError('unavailable', 'there is no engine');
    },
    bus: openBus(Date.now),
    signal: ending.signal,
    now: Date.now,
    monotonic: () => performance.now(),
    sleep: ms => sleepUntil(ms, ending.signal),
    state: {
      directory,
      read: async name => {
        try {
          return readFileSync(join(directory, name));
        } catch {
          return undefined;
        }
      },
      write: async (name, bytes) => {
        written += bytes.length;
        writeFileSync(join(directory, name), bytes);
        return true;
      },
      wear: () => ({ totalBytes: written, bytesPerDay: written }),
    },
    settings: options.settings ?? {},
    projects: [],
    modules: () => new Map(),
    end: () => ending.abort(),
  };
}

function sleepUntil(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stopped = (): void => {
      clearTimeout(timer);
      reject(new SampanError('cancelled', 'the agent ends'));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stopped);
      resolve();
    }, ms);
    if (signal.aborted) stopped();
    else signal.addEventListener('abort', stopped, { once: true });
  });
}
