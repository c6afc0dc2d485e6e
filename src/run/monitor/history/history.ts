import { openRing, type Ring, type Series } from './ring.ts';

/** An hour in fine steps, a day in coarse ones. */
export interface History {
  push(timeS: number, values: ArrayLike<number>): void;
  /** The last hour, as it was sampled. */
  fine(afterS?: number): Series;
  /** The last day: the mean of each minute. */
  coarse(afterS?: number): Series;
  /** Takes coarse points of before a restart; only an empty history does. */
  restore(series: Series): void;
}

const FINE = { seconds: 3600, stepS: 5 } as const;
const COARSE = { seconds: 86_400, stepS: 60 } as const;

/** Makes an empty history for these fields: about 11 kB a field. */
export function openHistory(fields: readonly string[], stepS: number = FINE.stepS): History {
  const fine = openRing(fields, Math.ceil(FINE.seconds / stepS));
  const coarse = openRing(fields, COARSE.seconds / COARSE.stepS);
  const minute = openMinute(fields, coarse);
  return {
    push: (timeS, values) => {
      fine.push(timeS, values);
      minute.add(timeS, values);
    },
    fine: afterS => fine.read(afterS),
    coarse: afterS => coarse.read(afterS),
    restore: ({ times, values }) => {
      if (coarse.size() > 0) return;
      times.forEach((timeS, index) => {
        coarse.push(
          timeS,
          fields.map(field => values[field]?.[index] ?? Number.NaN),
        );
      });
    },
  };
}

/** The mean of what is known of each minute. */
function openMinute(
  fields: readonly string[],
  coarse: Ring,
): { add(timeS: number, values: ArrayLike<number>): void } {
  const sums = new Float64Array(fields.length);
  const counts = new Uint32Array(fields.length);
  let minute = Number.NaN;
  return {
    add: (timeS, values) => {
      const now = Math.floor(timeS / COARSE.stepS);
      if (now !== minute) {
        if (!Number.isNaN(minute))
          coarse.push(
            (minute + 1) * COARSE.stepS,
            sums.map((sum, i) => sum / (counts[i] || Number.NaN)),
          );
        sums.fill(0);
        counts.fill(0);
        minute = now;
      }
      for (let i = 0; i < fields.length; i++) {
        const value = values[i] ?? Number.NaN;
        if (Number.isNaN(value)) continue;
        sums[i] = (sums[i] ?? 0) + value;
        counts[i] = (counts[i] ?? 0) + 1;
      }
    },
  };
}
