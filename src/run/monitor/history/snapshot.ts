import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Series } from './ring.ts';

const VERSION = 1;
const MAX_BYTES = 64 << 20;

/** The coarse histories of all that is watched, by key, as one small file. */
export function encodeSnapshot(histories: ReadonlyMap<string, Series>): Uint8Array {
  const rounded = [...histories].map(([key, { times, values }]) => [
    key,
    times,
    Object.entries(values).map(([field, column]) => [
      field,
      column.map(value => (value === null ? null : Number(value.toPrecision(4)))),
    ]),
  ]);
  return zstdCompressSync(Buffer.from(JSON.stringify({ version: VERSION, histories: rounded })));
}

/** What {@link encodeSnapshot} wrote; empty for anything else: a history is worth no failed start. */
export function decodeSnapshot(bytes: Uint8Array): ReadonlyMap<string, Series> {
  try {
    const value: unknown = JSON.parse(zstdDecompressSync(bytes, { maxOutputLength: MAX_BYTES }).toString());
    if (!isRecord(value) || value.version !== VERSION || !Array.isArray(value.histories)) return new Map();
    return new Map(value.histories.flatMap(entryOf));
  } catch {
    return new Map();
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function entryOf(entry: unknown): (readonly [string, Series])[] {
  if (!Array.isArray(entry)) return [];
  const [key, times, columns] = entry;
  if (typeof key !== 'string' || !isNumbers(times) || !Array.isArray(columns)) return [];
  const values: Record<string, readonly (number | null)[]> = {};
  for (const column of columns) {
    const [field, numbers] = Array.isArray(column) ? column : [];
    if (typeof field === 'string' && isColumn(numbers) && numbers.length === times.length)
      values[field] = numbers;
  }
  return [[key, { times, values }]];
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(one => typeof one === 'number');
}

function isColumn(value: unknown): value is readonly (number | null)[] {
  return Array.isArray(value) && value.every(one => one === null || typeof one === 'number');
}
