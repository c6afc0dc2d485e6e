/** Does pieces of work for one key one after the other; those for different keys at once. */
export interface Turns {
  take<T>(key: string, work: () => Promise<T>): Promise<T>;
}

/** Turns within this process. */
export function keyedTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return {
    take: async (key, work) => {
      const before = last.get(key) ?? Promise.resolve();
      const mine = before.then(work, work);
      const quiet = mine.catch(() => undefined);
      last.set(key, quiet);
      try {
        return await mine;
      } finally {
        if (last.get(key) === quiet) last.delete(key);
      }
    },
  };
}
