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
