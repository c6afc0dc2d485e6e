/** Lets so many through a second, and bursts of ten seconds' worth. */
export interface RateLimit {
  /** Whether one more may pass. */
  take(nowMs: number): boolean;
}

const BURST_SECONDS = 10;

/** Makes a limit; 0 for none. Times are of a clock that never jumps. */
export function rateLimit(perSecond: number): RateLimit {
  if (perSecond === 0) return { take: () => true };
  const most = perSecond * BURST_SECONDS;
  let tokens = most;
  let atMs: number | undefined;
  return {
    take: nowMs => {
      tokens = Math.min(most, tokens + ((nowMs - (atMs ?? nowMs)) / 1000) * perSecond);
      atMs = nowMs;
      if (tokens < 1) return false;
      tokens--;
      return true;
    },
  };
}
