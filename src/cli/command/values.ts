import { SampanError } from '../../core/errors/index.ts';

const SIZE = /^(\d{1,15}(?:\.\d{1,9})?)\s?(?:B|([KMGT])(B|iB)?)?$/i;
const POWERS = 'KMGT';

/**
 * Reads a size in bytes: `4096`, `64MB` (10⁶), `512MiB` (2²⁰); a bare letter is binary, as Docker and dd read
 * it: `512m` is 512 MiB.
 *
 * @throws SampanError `usage`.
 */
export function parseSize(text: string): number {
  const match = SIZE.exec(text);
  if (match === null)
    throw new SampanError('usage', `not a size: ${text}`, { remedy: 'write 64MB or 512MiB' });
  const base = match[3]?.toLowerCase() === 'b' ? 1000 : 1024;
  const power = match[2] === undefined ? 0 : POWERS.indexOf(match[2].toUpperCase()) + 1;
  const bytes = Math.round(Number(match[1]) * base ** power);
  if (!Number.isSafeInteger(bytes)) throw new SampanError('usage', `too large a size: ${text}`);
  return bytes;
}

const DURATION = /^(?:(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h|d))+$/;
const DURATION_PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** Timers count milliseconds in 31 bits. */
const MAX_DURATION_MS = 24 * 86_400_000;

/**
 * Reads a span of time in milliseconds: `500ms`, `5s`, `2m`, `1h30m`; `0` needs no unit. At most 24 days.
 *
 * @throws SampanError `usage`.
 */
export function parseDuration(text: string): number {
  if (text === '0') return 0;
  if (!DURATION.test(text)) {
    throw new SampanError('usage', `not a duration: ${text}`, { remedy: 'write 500ms, 5s, 2m or 1h30m' });
  }
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(DURATION_PART))
    ms += Number(amount) * (UNIT_MS[unit ?? ''] ?? 0);
  if (ms > MAX_DURATION_MS) throw new SampanError('usage', `too long: ${text}, at most 24d`);
  return Math.round(ms);
}

/** The range of a number. */
export interface Range {
  readonly min?: number;
  readonly max?: number;
  /** Whether a fraction is allowed. */
  readonly fraction?: boolean;
}

/**
 * Reads a number in decimal notation.
 *
 * @throws SampanError `usage`, also outside `range`.
 */
export function parseNumber(text: string, range: Range = {}): number {
  const value = Number(text);
  const wanted = range.fraction === true ? /^-?\d{1,15}(?:\.\d{1,15})?$/ : /^-?\d{1,15}$/;
  if (!wanted.test(text)) {
    throw new SampanError('usage', `not a ${range.fraction === true ? '' : 'whole '}number: ${text}`);
  }
  if (range.min !== undefined && value < range.min) {
    throw new SampanError('usage', `${text} is too small, at least ${range.min}`);
  }
  if (range.max !== undefined && value > range.max) {
    throw new SampanError('usage', `${text} is too large, at most ${range.max}`);
  }
  return value;
}
