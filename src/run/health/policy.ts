/** How an unhealthy container is restarted. */
export interface RestartRule {
  readonly onUnhealthy: boolean;
  /** So many restarts within the window, and no more. */
  readonly limit: number;
  readonly windowMs: number;
  readonly delayMs: number;
  readonly maxDelayMs: number;
}

/** What holds where a service says nothing. */
export const USUAL_RULE: RestartRule = {
  onUnhealthy: true,
  limit: 5,
  windowMs: 600_000,
  delayMs: 1000,
  maxDelayMs: 120_000,
};

/** What was done about a container so far. */
export interface Patient {
  /** Times of its restarts, of a clock that never jumps. */
  readonly restarts: readonly number[];
  readonly isGivenUp: boolean;
}

/** What to do about a container that is unhealthy. */
export type Treatment =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'restart'; readonly inMs: number; readonly patient: Patient }
  | { readonly kind: 'give up'; readonly patient: Patient };

/** Decides with back-off and a limit. Pure. */
export function treat(patient: Patient | undefined, rule: RestartRule, nowMs: number): Treatment {
  if (!rule.onUnhealthy || patient?.isGivenUp === true) return { kind: 'nothing' };
  const recent = (patient?.restarts ?? []).filter(time => nowMs - time < rule.windowMs);
  if (recent.length >= rule.limit) return { kind: 'give up', patient: { restarts: recent, isGivenUp: true } };
  const inMs = recent.length === 0 ? 0 : Math.min(rule.delayMs * 2 ** (recent.length - 1), rule.maxDelayMs);
  return { kind: 'restart', inMs, patient: { restarts: [...recent, nowMs + inMs], isGivenUp: false } };
}

/** What a label says, where it says it rightly; the usual elsewhere. */
export function ruleFrom(said: unknown): RestartRule {
  const values = typeof said === 'object' && said !== null ? Object.entries(said) : [];
  const usual = new Map<string, unknown>(Object.entries(USUAL_RULE));
  const right = values.filter(
    ([key, value]) => typeof value === typeof usual.get(key) && (typeof value !== 'number' || value >= 0),
  );
  return { ...USUAL_RULE, ...Object.fromEntries(right) };
}

/** How often a container ended without a long rest between. */
export interface Ends {
  readonly count: number;
  readonly lastMs: number;
  /** This end is worth a word: the first, the second, the fourth, and so on. */
  readonly isTold: boolean;
}

const REST_MS = 600_000;

/** Counts one more end. Pure. */
export function counted(before: Ends | undefined, nowMs: number): Ends {
  const isLoop = before !== undefined && nowMs - before.lastMs < REST_MS;
  const count = isLoop ? before.count + 1 : 1;
  return { count, lastMs: nowMs, isTold: (count & (count - 1)) === 0 };
}
