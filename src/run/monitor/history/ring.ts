/** Numbers over time, in a fixed amount of memory: the newest ones, evenly spaced or not. */
export interface Ring {
  readonly fields: readonly string[];
  readonly capacity: number;
  /**
   * Takes one point; a value that is not known is NaN. Times only grow: a point of the same time is dropped, and what
   * seems to be of the future, since the clock was set back, is forgotten.
   */
  push(timeS: number, values: ArrayLike<number>): void;
  /** How many points it has. */
  size(): number;
  /** Points after a time, oldest first. */
  read(afterS?: number): Series;
}

/** Points as columns. */
export interface Series {
  /** Seconds since 1970. */
  readonly times: readonly number[];
  /** By field; null where a value was not known. */
  readonly values: Readonly<Record<string, readonly (number | null)[]>>;
}

/** Makes an empty ring: 4 bytes for each value, 8 for each time. */
export function openRing(fields: readonly string[], capacity: number): Ring {
  const times = new Float64Array(capacity);
  const values = new Float32Array(capacity * fields.length);
  let count = 0;
  let first = 0;
  const timeOf = (index: number): number => times[index % capacity] ?? 0;
  const slots = function* (afterS: number): Generator<number> {
    for (let i = first; i < count; i++) if (timeOf(i) > afterS) yield i % capacity;
  };
  return {
    fields,
    capacity,
    push: (timeS, point) => {
      while (count > first && timeOf(count - 1) > timeS) count--;
      if (Number.isNaN(timeS) || (count > first && timeOf(count - 1) === timeS)) return;
      const slot = count++ % capacity;
      first = Math.max(first, count - capacity);
      times[slot] = timeS;
      for (let i = 0; i < fields.length; i++) values[slot * fields.length + i] = point[i] ?? Number.NaN;
    },
    size: () => count - first,
    read: (afterS = Number.NEGATIVE_INFINITY) => {
      const chosen = [...slots(afterS)];
      const column = (index: number): (number | null)[] =>
        chosen.map(slot => finite(values[slot * fields.length + index]));
      return {
        times: chosen.map(slot => times[slot] ?? 0),
        values: Object.fromEntries(fields.map((field, index) => [field, column(index)])),
      };
    },
  };
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
