import { SampanError } from '../../core/errors/index.ts';

/** How slow a server may be. */
export interface PaceLimits {
  readonly idleMs: number;
  readonly slowMs: number;
  readonly minBytesPerSecond: number;
}

/** Watches how fast bytes come. Time in which nobody waits for them does not count against the server. */
export interface Pace {
  /** Somebody begins to wait. */
  wait(nowMs: number): void;
  /** So many bytes came. */
  receive(bytes: number, nowMs: number): void;
  /** What is wrong by now, if anything. */
  verdict(nowMs: number): string | undefined;
}

/** Makes a {@link Pace}. */
export function pace(limits: PaceLimits): Pace {
  const { idleMs, slowMs, minBytesPerSecond } = limits;
  let waitingSince: number | undefined;
  let waitedMs = 0;
  let bytes = 0;
  return {
    wait: nowMs => {
      waitingSince = nowMs;
    },
    receive: (count, nowMs) => {
      waitedMs += nowMs - (waitingSince ?? nowMs);
      waitingSince = undefined;
      bytes += count;
      if (waitedMs < slowMs || bytes * 1000 < minBytesPerSecond * waitedMs) return;
      [waitedMs, bytes] = [0, 0];
    },
    verdict: nowMs => {
      const waitMs = nowMs - (waitingSince ?? nowMs);
      if (waitMs >= idleMs) return `silent for ${seconds(waitMs)}`;
      const allMs = waitedMs + waitMs;
      const isSlow = allMs >= slowMs && bytes * 1000 < minBytesPerSecond * allMs;
      return isSlow ? `only ${bytes} bytes in ${seconds(allMs)}` : undefined;
    },
  };
}

function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}

/** The error for a server that does not keep up. */
export function tooSlow(what: string, reason: string): SampanError {
  return new SampanError('timeout', `${what}: the server is too slow: ${reason}`, {
    remedy: 'try again later; what has arrived is kept where it can be',
  });
}
