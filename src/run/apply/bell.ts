/** Wakes who waits; rings before the wait count too. */
export interface Bell {
  ring(): void;
  /** True when it rang. */
  wait(ms: number): Promise<boolean>;
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
      const rang = isRung;
      isRung = false;
      return rang;
    },
  };
}
