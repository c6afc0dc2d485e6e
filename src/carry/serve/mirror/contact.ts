import { isSampanError, SampanError } from '../../../core/errors/index.ts';

/** Speaks with one upstream, and leaves it alone for a while after it did not answer. */
export interface Contact {
  /** @throws SampanError `unavailable` at once while it is left alone, and what `work` throws. */
  attempt<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** When it is asked again, in milliseconds since 1970; 0 while it answers. */
  retryAt(): number;
}

const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 300_000;

/** What says nothing about other requests to the same upstream. */
const PARTICULAR = ['denied', 'not-found', 'invalid', 'integrity', 'unsupported', 'no-space'] as const;

/** A contact; `timeoutMs` is how long an answer may take. */
export function openContact(
  name: string,
  options: { readonly now: () => number; readonly timeoutMs: number; readonly stopping: AbortSignal },
): Contact {
  let failures = 0;
  let retryAt = 0;
  let reason = '';
  return {
    retryAt: () => retryAt,
    attempt: async work => {
      if (options.now() < retryAt) throw new SampanError('unavailable', reason);
      try {
        const signal = AbortSignal.any([AbortSignal.timeout(options.timeoutMs), options.stopping]);
        const result = await work(signal);
        failures = 0;
        retryAt = 0;
        return result;
      } catch (error) {
        if (!PARTICULAR.some(code => isSampanError(error, code))) {
          retryAt = options.now() + Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
          failures = Math.min(failures + 1, 20);
          reason = `${name} did not answer: ${error instanceof Error ? error.message : error}`;
        }
        throw error;
      }
    },
  };
}
