import type { LogRecord } from './record.ts';

/** The last records, within bounds. */
export interface LogRing {
  push(record: LogRecord): void;
  /** Those after an ID, the oldest first. */
  after(id: number): readonly LogRecord[];
  readonly size: { readonly records: number; readonly bytes: number };
  /** Calls back for every record from now on, until the returned function is called. */
  hear(listener: (record: LogRecord) => void): () => void;
}

const OVERHEAD = 120;

/** Keeps at most so many records and bytes of the last. */
export function logRing(maxRecords: number, maxBytes: number): LogRing {
  const slots: (LogRecord | undefined)[] = new Array(maxRecords).fill(undefined);
  const listeners = new Set<(record: LogRecord) => void>();
  let start = 0;
  let count = 0;
  let bytes = 0;
  const costOf = ({ text }: LogRecord): number => text.length + OVERHEAD;
  const drop = (): void => {
    const old = slots[start];
    if (old !== undefined) bytes -= costOf(old);
    slots[start] = undefined;
    start = (start + 1) % maxRecords;
    count--;
  };
  return {
    push: record => {
      while (count > 0 && (count >= maxRecords || bytes + costOf(record) > maxBytes)) drop();
      slots[(start + count) % maxRecords] = record;
      count++;
      bytes += costOf(record);
      for (const listener of listeners) listener(record);
    },
    after: id => {
      const found: LogRecord[] = [];
      for (let i = 0; i < count; i++) {
        const record = slots[(start + i) % maxRecords];
        if (record !== undefined && record.id > id) found.push(record);
      }
      return found;
    },
    get size() {
      return { records: count, bytes };
    },
    hear: listener => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
