import type { Bus, NewEvent } from '../module/index.ts';

/** Tells when a value has been too high for a while, and when it is not any more. */
export interface Thresholds {
  /** `share` is the value as a part of what is allowed: 1 and above is too high. */
  check(key: string, share: number | undefined, event: Pick<NewEvent, 'kind' | 'text' | 'data'>): void;
  /** Forgets what is watched no more. */
  forget(prefix: string): void;
}

const PATIENCE = 3;
/** It must fall below this part of the threshold before it counts as over: a value at the edge is told once. */
const RELIEF = 0.95;

/** Makes thresholds that tell a bus. */
export function openThresholds(bus: Bus): Thresholds {
  const states = new Map<string, { above: number; isTold: boolean }>();
  return {
    check: (key, share, event) => {
      if (share === undefined || Number.isNaN(share)) return;
      const state = states.get(key) ?? { above: 0, isTold: false };
      states.set(key, state);
      if (share >= 1) {
        state.above++;
        if (state.above < PATIENCE || state.isTold) return;
        state.isTold = true;
        bus.tell({ from: 'monitor', severity: 'warning', ...event });
      } else {
        state.above = 0;
        if (!state.isTold || share > RELIEF) return;
        state.isTold = false;
        bus.tell({
          from: 'monitor',
          severity: 'info',
          ...event,
          kind: `${event.kind}.over`,
          text: `over: ${event.text}`,
        });
      }
    },
    forget: prefix => {
      for (const key of states.keys()) if (key.startsWith(prefix)) states.delete(key);
    },
  };
}
