/** Buffers that are used again and again, so that many pulls at once make no garbage and stay in bounds. */
export interface Buffers {
  /** Waits while all are in use. */
  take(): Promise<Buffer>;
  give(buffer: Buffer): void;
}

/** At most `count` buffers of `size` bytes, made when they are first needed. */
export function bufferPool(count: number, size: number): Buffers {
  const free: Buffer[] = [];
  const waiting: ((buffer: Buffer) => void)[] = [];
  let made = 0;
  return {
    take: () => {
      const buffer = free.pop();
      if (buffer !== undefined) return Promise.resolve(buffer);
      if (made < count) {
        made += 1;
        return Promise.resolve(Buffer.allocUnsafeSlow(size));
      }
      return new Promise(resolve => waiting.push(resolve));
    },
    give: buffer => {
      const next = waiting.shift();
      if (next === undefined) free.push(buffer);
      else next(buffer);
    },
  };
}
