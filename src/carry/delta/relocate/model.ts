import { type ByteReader, type ByteWriter, broken } from '../bytes/index.ts';

/** What the bytes of a region are; the number is how a delta writes it. */
const REGION_KINDS = [
  /** x86-64 code: relative calls and jumps, and addresses relative to the instruction. */
  'x86-64',
  /** AArch64 code: branches, and pages with the offset that follows. */
  'aarch64',
  /** Entries of 24 bytes with an address at 0 and at 16 (ELF64 RELA). */
  'rela',
  /** Entries of 24 bytes with an address at 8 (ELF64 symbols). */
  'symbols',
  /** Addresses of 8 bytes. */
  'pointers',
  /** Signed 32-bit distances from where they are. */
  'relative',
  /** Signed 32-bit distances from the start of the region. */
  'offsets',
] as const;

/** See {@link REGION_KINDS}. */
export type RegionKind = (typeof REGION_KINDS)[number];

/** A part of a program file. */
export interface Region {
  readonly kind: RegionKind;
  /** In the file. */
  readonly start: number;
  readonly size: number;
  /** Where its first byte is when the program runs. */
  readonly address: number;
}

/** How the addresses of an old program become those of the new one. */
export interface Relocation {
  readonly regions: readonly Region[];
  /** Addresses from `low` up to, not including, `high` belong to the program. */
  readonly low: number;
  readonly high: number;
  /** From `at[i]` up to the next one, everything moved by `by[i]`. Ascending. */
  readonly at: Float64Array;
  readonly by: Float64Array;
}

const MAX_REGIONS = 256;
/** Two numbers of eight bytes each: what reading it costs in memory stays bounded. */
const MAX_SHIFTS = 65_536;

/** How far what was at `address` has moved. */
export function shiftAt(model: Relocation, address: number): number {
  const { at, by } = model;
  let low = 0;
  let high = at.length - 1;
  if (high < 0 || at[0]! > address) return by[0] ?? 0;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (at[middle]! <= address) low = middle;
    else high = middle - 1;
  }
  return by[low]!;
}

/** Writes a relocation; its table may have {@link maxShifts} rows. */
export function writeRelocation(writer: ByteWriter, model: Relocation): void {
  writer.number(model.low);
  writer.number(model.high - model.low);
  writer.number(model.regions.length);
  let end = 0;
  for (const region of model.regions) {
    writer.number(REGION_KINDS.indexOf(region.kind));
    writer.signed(region.start - end);
    writer.number(region.size);
    writer.number(region.address);
    end = region.start + region.size;
  }
  writer.number(model.at.length);
  let at = 0;
  let by = 0;
  for (let i = 0; i < model.at.length; i += 1) {
    writer.number(model.at[i]! - at);
    writer.signed(model.by[i]! - by);
    at = model.at[i]!;
    by = model.by[i]!;
  }
}

/** Reads what {@link writeRelocation} wrote. @throws SampanError `invalid`. */
export function readRelocation(reader: ByteReader): Relocation {
  const low = reader.number('lowest address');
  const high = low + reader.number('addresses');
  const regions: Region[] = [];
  let end = 0;
  for (let left = reader.number('regions', MAX_REGIONS); left > 0; left -= 1) {
    const kind = REGION_KINDS[reader.number('kind of region', REGION_KINDS.length - 1)]!;
    const start = end + reader.signed('start of a region');
    const size = reader.number('size of a region');
    if (start < 0) throw broken('a region before the start of its file');
    regions.push({ kind, start, size, address: reader.number('address of a region') });
    end = start + size;
  }
  return { low, high, regions, ...readShifts(reader) };
}

function readShifts(reader: ByteReader): Pick<Relocation, 'at' | 'by'> {
  const count = reader.number('shifts', MAX_SHIFTS);
  const at = new Float64Array(count);
  const by = new Float64Array(count);
  for (let i = 0; i < count; i += 1) {
    at[i] = (at[i - 1] ?? 0) + reader.number('address of a shift');
    by[i] = (by[i - 1] ?? 0) + reader.signed('shift');
  }
  return { at, by };
}

/** The most rows that the table of a relocation may have. */
export function maxShifts(): number {
  return MAX_SHIFTS;
}
