/** Buffers that are used again and again, so that many pulls at once make no garbage and stay in bounds. */
export interface Buffers {
  /** Absent while all are in use. */
  take(): Buffer | undefined;
  give(buffer: Buffer): void;
}

/** At most `count` buffers of `size` bytes, made when they are first needed. */
export function bufferPool(count: number, size: number): Buffers {
  const free: Buffer[] = [];
  let made = 0;
  return {
    take: () => {
      const buffer = free.pop();
      if (buffer !== undefined || made === count) return buffer;
      made += 1;
      return Buffer.allocUnsafeSlow(size);
    },
    give: buffer => {
      free.push(buffer);
    },
  };
}
