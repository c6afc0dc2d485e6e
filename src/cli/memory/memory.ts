import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the young part of the heap at its first size. For work whose objects are short-lived it costs next to no time,
 * and saves a third of the memory (264 MB became 163 MB for inspecting an image of 66 000 files): also that of chunks on
 * their way, which are small objects with much memory behind them.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
