import type { Waiting } from '../http/index.ts';

/** Keeps a stream below a rate. */
export interface RateLimit {
  /** Waits as long as so many bytes must be apart from those before. */
  take(bytes: number, signal?: AbortSignal): Promise<void>;
}

/** How far what was not used may be made up for. */
const BURST_MS = 1000;

/** At most so many bytes a second on average, and a second's worth at once. */
export function rateLimit(bytesPerSecond: number, waiting: Waiting): RateLimit {
  let paidUntil = waiting.now() - BURST_MS;
  return {
    take: async (bytes, signal) => {
      const now = waiting.now();
      paidUntil = Math.max(paidUntil, now - BURST_MS) + (bytes * 1000) / bytesPerSecond;
      const aheadMs = paidUntil - now;
      if (aheadMs > 0) await waiting.sleep(aheadMs, signal);
    },
  };
}

/** No limit. */
export const UNLIMITED: RateLimit = { take: async () => undefined };
