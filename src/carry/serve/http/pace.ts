import { SampanError } from '../../../core/errors/index.ts';

/** Ends what is too slow to ever end: a peer that keeps a connection alive with a byte now and then. */
export interface Pace {
  /** So many bytes have passed. */
  passed(bytes: number): void;
  end(): void;
}

/** How slow is too slow. */
export interface PaceLimits {
  /** Bytes a second, over each window. */
  readonly minRate: number;
  readonly windowMs: number;
}

/** Calls `tooSlow` once when in a whole window fewer bytes passed than the limit wants. */
export function watchPace(limits: PaceLimits, tooSlow: (error: SampanError) => void): Pace {
  let bytes = 0;
  const wanted = (limits.minRate * limits.windowMs) / 1000;
  const timer = setInterval(() => {
    if (bytes < wanted) {
      clearInterval(timer);
      tooSlow(new SampanError('timeout', `fewer than ${limits.minRate} bytes a second`));
    }
    bytes = 0;
  }, limits.windowMs);
  timer.unref();
  return {
    passed: count => {
      bytes += count;
    },
    end: () => clearInterval(timer),
  };
}
