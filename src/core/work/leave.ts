/** For who need not wait until what a run made is removed again. */
export interface Leaving {
  /** Takes over the disposal; it may go on while other things are done. */
  readonly leave?: (work: AsyncDisposable) => void;
}

/** Disposes of `work`, or hands that over. */
export async function leaveWork(work: AsyncDisposable, { leave }: Leaving): Promise<void> {
  if (leave === undefined) await work[Symbol.asyncDispose]();
  else leave(work);
}

/** Disposes of what is handed over at once, side by side with all else; to dispose of it waits for that. */
export function leavings(): Required<Leaving> & AsyncDisposable {
  const begun: Promise<void>[] = [];
  return {
    leave: work => {
      const done = (async () => await work[Symbol.asyncDispose]())();
      // Told when it is waited for.
      done.catch(() => {});
      begun.push(done);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(begun);
    },
  };
}
