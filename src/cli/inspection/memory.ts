import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the young part of the heap at its first size. What looking at an image makes is short-lived, so that it costs
 * next to no time, and saves a third of the memory (264 MB became 163 MB for an image of 66 000 files).
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
