/** Numbers over time, in a fixed amount of memory: the newest ones, evenly spaced or not. */
export interface Ring {
  readonly fields: readonly string[];
  readonly capacity: number;
  /** Takes one point; a value that is not known is NaN. Times only grow: a point that is not newer is dropped. */
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
  let last = Number.NEGATIVE_INFINITY;
  const slots = function* (afterS: number): Generator<number> {
    for (let i = Math.max(0, count - capacity); i < count; i++)
      if ((times[i % capacity] ?? 0) > afterS) yield i % capacity;
  };
  return {
    fields,
    capacity,
    push: (timeS, point) => {
      if (!(timeS > last)) return;
      last = timeS;
      const slot = count++ % capacity;
      times[slot] = timeS;
      for (let i = 0; i < fields.length; i++) values[slot * fields.length + i] = point[i] ?? Number.NaN;
    },
    size: () => Math.min(count, capacity),
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
