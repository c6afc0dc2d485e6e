import type { BlobDigest } from '../base/index.ts';

/**
 * Which content was asked for, mounted or stored lately. Whoever is about to rely on content touches it first
 * and looks for it afterwards; the collector asks here in the same turn in which it removes a file. So either
 * the collector sees the touch, or the other sees that the content is gone.
 */
export interface Recent {
  touch(digest: BlobDigest): void;
  /** True when it was touched at `sinceMs` or later. */
  isRecent(digest: BlobDigest, sinceMs: number): boolean;
  /** Forgets what was touched before. */
  forgetBefore(ms: number): void;
}

const MAX_REMEMBERED = 200_000;

/** Remembers in memory; `now` gives milliseconds since 1970. */
export function recentTouches(now: () => number): Recent {
  const times = new Map<BlobDigest, number>();
  return {
    touch: digest => {
      // Told again it is the youngest, so that the first of the map is always the oldest.
      times.delete(digest);
      times.set(digest, now());
      if (times.size > MAX_REMEMBERED) for (const oldest of times.keys()) return void times.delete(oldest);
    },
    isRecent: (digest, sinceMs) => (times.get(digest) ?? -1) >= sinceMs,
    forgetBefore: ms => {
      for (const [digest, time] of times) {
        if (time >= ms) return;
        times.delete(digest);
      }
    },
  };
}
