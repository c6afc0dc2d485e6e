import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { StateFiles } from '../../module/index.ts';
import type { SentRecord } from './record.ts';

/** Records that wait on disk for a destination that is away. */
export interface Spool {
  /** Writes them as one segment. What is over the budget is dropped, the oldest first. Returns how many were dropped. */
  write(records: readonly SentRecord[]): Promise<number>;
  /** The oldest segment; its records have been sent when it is removed. */
  oldest(): Promise<{ readonly records: readonly SentRecord[]; remove(): void } | undefined>;
  readonly bytes: number;
}

const DAY_MS = 86_400_000;

/** The spool of a destination: segments survive a restart, and each is written whole or not at all. */
export function openSpool(
  state: StateFiles,
  key: string,
  budget: { readonly bytes: number; readonly bytesPerDay: number; readonly monotonic: () => number },
): Spool {
  const prefix = `spool-${key}-`;
  const segments = existing(state.directory, prefix);
  let bytes = segments.reduce((sum, one) => sum + one.bytes, 0);
  let next = (segments.at(-1)?.number ?? 0) + 1;
  const today = dailyBudget(budget);
  const nameOf = (number: number): string => `${prefix}${String(number).padStart(10, '0')}`;
  const remove = (segment: Segment): void => {
    const at = segments.indexOf(segment);
    if (at < 0) return;
    segments.splice(at, 1);
    bytes -= segment.bytes;
    rmSync(join(state.directory, nameOf(segment.number)), { force: true });
  };
  return {
    write: async records => {
      const content = Buffer.from(records.map(record => `${JSON.stringify(record)}\n`).join(''));
      if (content.length > budget.bytes || !today.take(content.length)) return records.length;
      let dropped = 0;
      while (bytes + content.length > budget.bytes) {
        const [first] = segments;
        if (first === undefined) break;
        dropped += await countOf(state, nameOf(first.number));
        remove(first);
      }
      const number = next++;
      if (!(await state.write(nameOf(number), content))) return dropped + records.length;
      segments.push({ number, bytes: content.length });
      bytes += content.length;
      return dropped;
    },
    oldest: async () => {
      for (;;) {
        const [first] = segments;
        if (first === undefined) return undefined;
        const records = parse(await state.read(nameOf(first.number)));
        if (records.length > 0) return { records, remove: () => remove(first) };
        remove(first);
      }
    },
    get bytes() {
      return bytes;
    },
  };
}

/** Bytes that may be written in a day; what is refused is not counted. */
function dailyBudget(budget: { readonly bytesPerDay: number; readonly monotonic: () => number }): {
  take(bytes: number): boolean;
} {
  let written = 0;
  let dayMs = budget.monotonic();
  return {
    take: bytes => {
      const now = budget.monotonic();
      if (now - dayMs >= DAY_MS) {
        dayMs = now;
        written = 0;
      }
      if (written + bytes > budget.bytesPerDay) return false;
      written += bytes;
      return true;
    },
  };
}

interface Segment {
  readonly number: number;
  readonly bytes: number;
}

function existing(directory: string, prefix: string): Segment[] {
  let names: readonly string[] = [];
  try {
    names = readdirSync(directory);
  } catch {
    return [];
  }
  return names
    .filter(name => name.startsWith(prefix) && /^\d{10}$/.test(name.slice(prefix.length)))
    .sort()
    .flatMap(name => {
      const stat = statSync(join(directory, name), { throwIfNoEntry: false });
      return stat === undefined ? [] : [{ number: Number(name.slice(prefix.length)), bytes: stat.size }];
    });
}

async function countOf(state: StateFiles, name: string): Promise<number> {
  const content = await state.read(name);
  let lines = 0;
  for (const byte of content ?? []) if (byte === 10) lines++;
  return lines;
}

/** What is damaged is left out: it is worth less than what follows. */
function parse(content: Uint8Array | undefined): readonly SentRecord[] {
  if (content === undefined) return [];
  return Buffer.from(content)
    .toString('utf8')
    .split('\n')
    .flatMap(line => {
      try {
        const value: unknown = JSON.parse(line);
        return isRecord(value) ? [value] : [];
      } catch {
        return [];
      }
    });
}

function isRecord(value: unknown): value is SentRecord {
  if (typeof value !== 'object' || value === null) return false;
  const has = (key: string, kind: string): boolean => key in value && typeof Reflect.get(value, key) === kind;
  return (
    has('id', 'string') && has('timeMs', 'number') && has('text', 'string') && has('container', 'string')
  );
}
