import { SampanError } from '../errors/index.ts';
import type { SparseRun } from './entry.ts';
import { BLOCK } from './header.ts';
import { readNumber } from './numbers.ts';
import { type PaxRecords, paxNumber, paxText } from './pax.ts';

/** At most this many runs of one sparse file are read. */
export const MAX_SPARSE_RUNS = 1 << 20;

/** The runs in the header of an old GNU sparse file (GNU tar manual, "Storing Sparse Files"). */
export function oldGnuRuns(
  bytes: Buffer,
  start: number,
): { runs: SparseRun[]; extended: boolean; size: number } {
  return {
    runs: runsAt(bytes, start + 386, 4),
    extended: bytes[start + 482] === 1,
    size: readNumber(bytes, start + 483, 12),
  };
}

/** The runs in an extension block that follows such a header. */
export function extensionRuns(bytes: Buffer, start: number): { runs: SparseRun[]; extended: boolean } {
  return { runs: runsAt(bytes, start, 21), extended: bytes[start + 504] === 1 };
}

function runsAt(bytes: Buffer, start: number, count: number): SparseRun[] {
  const runs: SparseRun[] = [];
  for (let at = start; at < start + count * 24; at += 24) {
    if (bytes[at] === 0) break;
    runs.push({ offset: readNumber(bytes, at, 12), size: readNumber(bytes, at + 12, 12) });
  }
  return runs;
}

/** What the records of a PAX sparse file say, formats 0.1 and 1.0 (GNU tar manual, appendix "PAX"). */
export function paxSparse(
  records: PaxRecords,
): { size: number; runs?: SparseRun[]; mapInContent: boolean } | undefined {
  const size = paxNumber(records, 'GNU.sparse.realsize') ?? paxNumber(records, 'GNU.sparse.size');
  if (size === undefined) return undefined;
  if (paxText(records, 'GNU.sparse.major') === '1') return { size, mapInContent: true };
  const map = paxText(records, 'GNU.sparse.map');
  if (map === undefined) {
    throw new SampanError('unsupported', 'tar: sparse file in the PAX format 0.0');
  }
  return { size, runs: pairs(map === '' ? [] : map.split(',')), mapInContent: false };
}

function pairs(numbers: readonly string[]): SparseRun[] {
  if (numbers.length % 2 !== 0 || numbers.length / 2 > MAX_SPARSE_RUNS) throw badMap();
  const runs: SparseRun[] = [];
  for (let i = 0; i < numbers.length; i += 2)
    runs.push({ offset: count(numbers[i]!), size: count(numbers[i + 1]!) });
  return runs;
}

function count(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw badMap();
  return value;
}

function badMap(): SampanError {
  return new SampanError('invalid', 'tar: the map of a sparse file is broken');
}

/**
 * The map at the start of the content, format 1.0: decimal numbers, one a line, padded to a block.
 * Undefined when `bytes` do not hold all of it yet.
 */
export function contentMap(bytes: Buffer): { runs: SparseRun[]; bytesUsed: number } | undefined {
  let at = 0;
  const line = (): string | undefined => {
    const end = bytes.indexOf(0x0a, at);
    if (end === -1) return undefined;
    const text = bytes.toString('latin1', at, end);
    at = end + 1;
    return text;
  };
  const first = line();
  if (first === undefined) return undefined;
  const total = count(first);
  if (total > MAX_SPARSE_RUNS) throw badMap();
  const numbers: string[] = [];
  while (numbers.length < total * 2) {
    const next = line();
    if (next === undefined) return undefined;
    numbers.push(next);
  }
  return { runs: pairs(numbers), bytesUsed: Math.ceil(at / BLOCK) * BLOCK };
}

/**
 * Checks that runs follow each other inside the file and are as long as what is stored.
 *
 * @throws SampanError `invalid` when not.
 */
export function checkRuns(
  runs: readonly SparseRun[],
  size: number,
  storedSize: number,
): readonly SparseRun[] {
  let end = 0;
  let stored = 0;
  for (const run of runs) {
    if (run.offset < end) throw badMap();
    end = run.offset + run.size;
    stored += run.size;
  }
  if (end > size || stored !== storedSize) throw badMap();
  return runs;
}
