import { spawnSync } from 'node:child_process';

/** Says why nothing can be interrupted here; false when it can. */
export function cannotTrace(): string | false {
  const { status } = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']);
  return status === 0 ? false : 'strace is not installed, or may not trace';
}

/** Every system call that changes a file or a directory, and those that make it last. */
export const WRITES: readonly string[] = [
  'pwrite64',
  'fsync',
  'fdatasync',
  'rename',
  'mkdir',
  'unlink',
  'unlinkat',
  'rmdir',
  'ftruncate',
  'link',
  'utimensat',
];
/** Those of them that a full disk fails. */
export const GROWING: readonly string[] = [
  'pwrite64',
  'fsync',
  'fdatasync',
  'rename',
  'mkdir',
  'ftruncate',
  'link',
];

/** Many more than any command makes of a kind: one that fails by itself would be tried for ever. */
const MAX_CALLS = 200;
/** Moments wait for the disk and for each other's processes more than for a processor. */
const AT_ONCE = 4;

/** One moment: something happens to the `n`-th call of one kind. */
export interface Moment {
  readonly call: string;
  readonly n: number;
}

/** The words that run a program under strace. One thread does all that touches files, so that calls have an order. */
export function straced(
  moment: Moment,
  what: { readonly effect: string; readonly log?: string },
): readonly string[] {
  const inject = `inject=${moment.call}:${what.effect}:when=${moment.n}`;
  // What is not traced then runs at full speed; strace 6.1 injects errors with it, but not every signal.
  const filter = what.effect.startsWith('error=') ? ['--seccomp-bpf'] : [];
  const quiet = ['-f', '-qq', '-o', what.log ?? '/dev/null'];
  return ['strace', ...filter, ...quiet, '-e', `trace=${moment.call}`, '-e', inject];
}

/**
 * Tries each call with 1, 2, … until `tryAt` says that nothing was left to interrupt (strace counts the calls of
 * each kind for themselves), several kinds at once. Returns how many there were.
 */
export async function untilNothingIsLeft(
  calls: readonly string[],
  tryAt: (moment: Moment) => Promise<boolean>,
): Promise<number> {
  let points = 0;
  const left = [...calls];
  const lane = async (): Promise<void> => {
    for (let call = left.shift(); call !== undefined; call = left.shift())
      for (let n = 1; await tryAt({ call, n }); n += 1) {
        if (n === MAX_CALLS) throw new Error(`${call}: fails every time`);
        points += 1;
      }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return points;
}
