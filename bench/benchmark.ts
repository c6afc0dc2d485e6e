/** One measured figure beside what it is held against, from the same run on the same machine. */
export interface Measurement {
  readonly name: string;
  /** What `ours` and `theirs` count: `s`, `MB/s`, `MB`. */
  readonly unit: string;
  readonly ours: number;
  /** Who or what `theirs` is: a peer, or a limit of the machine. Absent for a figure that stands alone. */
  readonly against?: string;
  readonly theirs?: number;
  /** What is wanted: `ours ÷ theirs` at most; where nothing is beside it, `ours` at most. */
  readonly most?: number;
  /** Why it was not measured, or what else to know. */
  readonly note?: string;
}

/** Whether a figure is as it should be; absent where nothing is wanted. */
export function isMet({ ours, theirs, most }: Measurement): boolean | undefined {
  return most === undefined ? undefined : (theirs === undefined ? ours : ours / theirs) <= most;
}

/** A named group of measurements. */
export interface Benchmark {
  readonly name: string;
  /** One sentence: what is measured, and how. */
  readonly summary: string;
  measure(options: MeasureOptions): Promise<readonly Measurement[]>;
}

/** How to measure. */
export interface MeasureOptions {
  /** Times that each thing is measured; the median counts. */
  readonly runs: number;
  /** A directory for what is built on the way; removed by the caller. */
  readonly directory: string;
  /** Only these images of the corpus. */
  readonly images?: readonly string[] | undefined;
  /** Whether images that are not there are built. */
  readonly build?: boolean;
}

/** The middle value, or the mean of the two in the middle; throws for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const high = sorted[sorted.length >> 1];
  const low = sorted[(sorted.length - 1) >> 1];
  if (high === undefined || low === undefined) throw new RangeError('median of nothing');
  return (low + high) / 2;
}

/** The median time of `work` in seconds, over `runs` runs after one that does not count. */
export async function secondsOf(runs: number, work: () => unknown): Promise<number> {
  await work();
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    await work();
    times.push((performance.now() - start) / 1000);
  }
  return median(times);
}
