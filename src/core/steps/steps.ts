import { setImmediate as nextTurn } from 'node:timers/promises';

/** Long computing that can be put aside between its steps, so that other work of this thread goes on. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** So long the rest of the thread waits: no probe of a running app is late by more. */
const SLICE_MS = 5;

/** Takes all steps now. @throws what a step throws. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Takes the steps a few milliseconds at a time. @throws what a step throws; the reason of an aborted `signal`. */
export async function inSlices<T>(
  steps: Steps<T>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<T> {
  for (let until = performance.now() + SLICE_MS; ; ) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() < until) continue;
    await nextTurn();
    options.signal?.throwIfAborted();
    until = performance.now() + SLICE_MS;
  }
}
