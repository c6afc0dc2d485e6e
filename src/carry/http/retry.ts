import { setTimeout as delay } from 'node:timers/promises';
import { isSampanError, SampanError } from '../../core/errors/index.ts';
import { shownUrl } from './address.ts';
import { isUnreachable } from './failure.ts';
import type { HttpRequest, HttpResponse, Send, Waiting } from './port.ts';

const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 30_000;
/** A server may ask for more patience than that, but then a person should know. */
const LONGEST_ASKED_MS = 120_000;
const MAX_ATTEMPTS = 5;
const MAX_UNREACHABLE = 3;

const PASSING: ReadonlySet<number> = new Set([408, 425, 500, 502, 503, 504]);

/** The clock and the dice of this machine. */
export const REAL_WAITING: Waiting = {
  now: Date.now,
  random: Math.random,
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
};

/** How often, and how waited. */
export interface RetryOptions {
  readonly waiting?: Waiting | undefined;
  readonly maxAttempts?: number | undefined;
}

/**
 * Tries again what may work later: with growing pauses, or as long as the server asks (`Retry-After`; RFC 9110,
 * section 10.2.3; RFC 6585, section 4). A request that must not be done twice is only sent again where the server
 * said that it did not do it (429, 503).
 *
 * @returns the last answer, whatever it is.
 * @throws SampanError the last failure, or `limit` where a server asks to wait longer than two minutes.
 */
export function withRetries(send: Send, options: RetryOptions = {}): Send {
  const { waiting = REAL_WAITING, maxAttempts = MAX_ATTEMPTS } = options;
  return async request => {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await tryOnce(send, request);
      if (!mayRetry(outcome, request, { attempt, maxAttempts })) return resultOf(outcome);
      const pauseMs = pauseOf(outcome, { attempt, waiting, request });
      if ('response' in outcome) outcome.response.close();
      await waiting.sleep(pauseMs, request.signal);
    }
  };
}

type Outcome = { readonly response: HttpResponse } | { readonly error: unknown };

async function tryOnce(send: Send, request: HttpRequest): Promise<Outcome> {
  try {
    return { response: await send(request) };
  } catch (error) {
    return { error };
  }
}

function resultOf(outcome: Outcome): HttpResponse {
  if ('error' in outcome) throw outcome.error;
  return outcome.response;
}

function mayRetry(
  outcome: Outcome,
  request: HttpRequest,
  count: { readonly attempt: number; readonly maxAttempts: number },
): boolean {
  if (count.attempt >= count.maxAttempts || request.signal?.aborted === true) return false;
  const isRepeatable = request.isRepeatable ?? (request.method === 'GET' || request.method === 'HEAD');
  if ('response' in outcome) {
    const { status } = outcome.response;
    return status === 429 || status === 503 || (isRepeatable && PASSING.has(status));
  }
  const { error } = outcome;
  if (!isPassing(error) || !isRepeatable) return false;
  return !isUnreachable(error) || count.attempt < MAX_UNREACHABLE;
}

/** True for a failure of the way or of the other side that may be over soon. */
export function isPassing(error: unknown): boolean {
  return isSampanError(error, 'unavailable') || isSampanError(error, 'timeout');
}

function pauseOf(
  outcome: Outcome,
  what: { readonly attempt: number; readonly waiting: Waiting; readonly request: HttpRequest },
): number {
  const { attempt, waiting, request } = what;
  const own = growingPause(attempt, waiting);
  if ('error' in outcome) return own;
  const asked = retryAfter(outcome.response.headers['retry-after'], waiting.now());
  if (asked === undefined) return own;
  if (asked <= LONGEST_ASKED_MS) return Math.max(asked, 100);
  outcome.response.close();
  throw new SampanError(
    'limit',
    `${shownUrl(request.url)}: the server asks to wait ${Math.ceil(asked / 1000)} s (status ${outcome.response.status})`,
    { remedy: 'try again then, log in for a higher limit, or use a mirror' },
  );
}

/** From 0.3 s on twice as long each time, at most half a minute; up to a half of it is taken off by chance. */
export function growingPause(attempt: number, waiting: Waiting): number {
  const full = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt - 1, 20));
  return full * (1 - waiting.random() / 2);
}

/** Milliseconds to wait as `Retry-After` says, in seconds or as a date; absent for anything else. */
function retryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = /GMT$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
