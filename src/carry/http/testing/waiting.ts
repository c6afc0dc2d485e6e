import type { Waiting } from '../index.ts';

/** A clock that a test reads: sleeping takes no time and is noted. */
export interface TestWaiting extends Waiting {
  readonly slept: number[];
}

/** Makes a {@link TestWaiting}; it begins at a million milliseconds, and its dice always show the highest number. */
export function testWaiting(): TestWaiting {
  const slept: number[] = [];
  let now = 1_000_000;
  return {
    slept,
    now: () => now,
    random: () => 0,
    sleep: async ms => {
      slept.push(ms);
      now += ms;
    },
  };
}
