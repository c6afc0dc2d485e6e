import type { LogRecord } from '../record.ts';

/** A record on its way: its ID is unique among all runs, so that one that comes twice is known. */
export type SentRecord = Omit<LogRecord, 'id'> & { readonly id: string };

/** Takes records elsewhere. */
export interface Destination extends AsyncDisposable {
  /** For messages; never a secret. */
  readonly name: string;
  /** Whether it may be away, and what it misses is kept for it. */
  readonly spools: boolean;
  /** Resolves when they are there. @throws when they may not be. */
  send(records: readonly SentRecord[]): Promise<void>;
}

/** A record as a line of JSON. */
export function lineOf(record: SentRecord): string {
  return `${JSON.stringify({ ...record, time: new Date(record.timeMs).toISOString(), timeMs: undefined })}\n`;
}
