import { once } from 'node:events';

/** What a person types. */
export interface Input {
  readonly isTerminal: boolean;
  /** Waits until a line was typed. Rejects when `signal` is aborted. The input keeps no process alive afterwards. */
  line(signal: AbortSignal): Promise<void>;
}

/** The input of a process. */
export function inputOf(stream: NodeJS.ReadStream): Input {
  return {
    isTerminal: stream.isTTY === true,
    line: async signal => {
      try {
        await once(stream, 'data', { signal });
      } finally {
        stream.pause();
      }
    },
  };
}
