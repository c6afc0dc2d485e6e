import { SampanError } from '../../core/errors/index.ts';

/** A part of the day, in local time; it may go over midnight. In minutes since midnight. */
export interface DayWindow {
  readonly from: number;
  readonly to: number;
}

const DAY_MINUTES = 24 * 60;

/**
 * Reads `01:00-05:00`, or `22:30-04:00` over midnight.
 *
 * @throws SampanError `usage`.
 */
export function parseWindow(text: string): DayWindow {
  const [, fromHour, fromMinute, toHour, toMinute] =
    /^([01]?\d|2[0-3]):([0-5]\d)\s?-\s?([01]?\d|2[0-4]):([0-5]\d)$/.exec(text) ?? [];
  const from = Number(fromHour) * 60 + Number(fromMinute);
  const to = Number(toHour) * 60 + Number(toMinute);
  if (Number.isNaN(from) || Number.isNaN(to) || from === to || to > DAY_MINUTES) {
    throw new SampanError('usage', `not a window of time: ${JSON.stringify(text)}`, {
      remedy: 'write it as 01:00-05:00, in local time',
    });
  }
  return { from, to: to % DAY_MINUTES };
}

/** When it is open next, or since when it is, and when that ends: in milliseconds since 1970. */
export interface Opening {
  readonly isOpen: boolean;
  readonly opens: number;
  readonly closes: number;
}

/** How the window stands at a time. Where clocks are put forward over its beginning, it opens an hour later. */
export function openingAt({ from, to }: DayWindow, nowMs: number): Opening {
  const now = new Date(nowMs);
  // Yesterday's may still be open; today's may be over.
  for (const day of [-1, 0, 1]) {
    const opens = localTime(now, day, from);
    const closes = localTime(now, to <= from ? day + 1 : day, to);
    if (nowMs < closes && closes > opens) return { isOpen: nowMs >= opens, opens, closes };
  }
  throw new SampanError('internal', `no window from ${from} to ${to} around ${nowMs}`);
}

function localTime(day: Date, offset: number, minutes: number): number {
  const at = new Date(day.getFullYear(), day.getMonth(), day.getDate() + offset, 0, minutes);
  return at.getTime();
}

/** `05:00`: a local time of day. */
export function clockTime(ms: number): string {
  const at = new Date(ms);
  return `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`;
}
