/** Wakes who waits; rings before the wait count too. */
export interface Bell {
  ring(): void;
  wait(ms: number): Promise<void>;
}

/** Makes a bell that has not rung. */
export function openBell(): Bell {
  let isRung = false;
  let wake: (() => void) | undefined;
  return {
    ring: () => {
      isRung = true;
      wake?.();
    },
    wait: async ms => {
      if (!isRung) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const timer = setTimeout(resolve, ms);
        wake = resolve;
        await promise;
        clearTimeout(timer);
        wake = undefined;
      }
      isRung = false;
    },
  };
}
