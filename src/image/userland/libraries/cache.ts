/** A library that the loader cache of glibc knows (`/etc/ld.so.cache`, see ldconfig(8)). */
export interface CacheEntry {
  readonly name: string;
  readonly path: string;
  /** True when it is only for processors of some kind. */
  readonly conditional: boolean;
}

const OLD_MAGIC = 'ld.so-1.7.0\0';
const NEW_MAGIC = 'glibc-ld.so.cache1.1';
const OLD_HEADER_BYTES = 16;
const OLD_ENTRY_BYTES = 12;
const NEW_HEADER_BYTES = 48;
const NEW_ENTRY_BYTES = 24;
const MAX_ENTRIES = 200_000;
const MAX_STRING_BYTES = 4096;
/** The low byte of an entry's flags: a library of ELF, of libc5 or libc6. */
const ELF_KINDS = [0, 1, 2, 3];

interface Numbers {
  readonly u32: (at: number) => number;
}

/**
 * Reads a loader cache: the old format, the new one, and both in one file; either byte order. Entries come
 * in the order of the file, which is the order of preference. What is cut off or out of the file is left
 * out; something else than a cache gives nothing.
 */
export function parseLoaderCache(bytes: Buffer): readonly CacheEntry[] {
  const isOld = bytes.toString('latin1', 0, OLD_MAGIC.length) === OLD_MAGIC;
  const start = isOld ? newStart(bytes) : 0;
  if (start !== undefined && isNew(bytes, start)) return newEntries(bytes.subarray(start));
  return isOld ? oldEntries(bytes) : [];
}

function isNew(bytes: Buffer, at: number): boolean {
  return bytes.toString('latin1', at, at + NEW_MAGIC.length) === NEW_MAGIC;
}

/** Where a new cache begins behind an old one, aligned to 8 bytes. */
function newStart(bytes: Buffer): number | undefined {
  const { u32 } = numbersOf(bytes, OLD_MAGIC.length);
  const end = OLD_HEADER_BYTES + u32(OLD_MAGIC.length) * OLD_ENTRY_BYTES;
  const aligned = Math.ceil(end / 8) * 8;
  return aligned + NEW_HEADER_BYTES <= bytes.length ? aligned : undefined;
}

/** Takes the byte order in which the count of entries at `countAt` is the smaller. */
function numbersOf(bytes: Buffer, countAt: number): Numbers {
  const inside = (at: number): boolean => at >= 0 && at + 4 <= bytes.length;
  const little = (at: number): number => (inside(at) ? bytes.readUInt32LE(at) : 0);
  const big = (at: number): number => (inside(at) ? bytes.readUInt32BE(at) : 0);
  return { u32: little(countAt) <= big(countAt) ? little : big };
}

function newEntries(bytes: Buffer): readonly CacheEntry[] {
  const { u32 } = numbersOf(bytes, NEW_MAGIC.length);
  const isWide = (at: number): boolean => u32(at + 16) !== 0 || u32(at + 20) !== 0;
  return entriesOf(bytes, {
    first: NEW_HEADER_BYTES,
    count: u32(NEW_MAGIC.length),
    size: NEW_ENTRY_BYTES,
    strings: 0,
    u32,
    isConditional: isWide,
  });
}

function oldEntries(bytes: Buffer): readonly CacheEntry[] {
  const { u32 } = numbersOf(bytes, OLD_MAGIC.length);
  const count = u32(OLD_MAGIC.length);
  const strings = OLD_HEADER_BYTES + count * OLD_ENTRY_BYTES;
  const isConditional = (): boolean => false;
  return entriesOf(bytes, {
    first: OLD_HEADER_BYTES,
    count,
    size: OLD_ENTRY_BYTES,
    strings,
    u32,
    isConditional,
  });
}

interface Table extends Numbers {
  readonly first: number;
  readonly count: number;
  readonly size: number;
  /** What the offsets of strings count from. */
  readonly strings: number;
  isConditional(at: number): boolean;
}

function entriesOf(bytes: Buffer, table: Table): readonly CacheEntry[] {
  const entries: CacheEntry[] = [];
  const fits = Math.floor((bytes.length - table.first) / table.size);
  for (let i = 0; i < Math.min(table.count, fits, MAX_ENTRIES); i++) {
    const at = table.first + i * table.size;
    const name = stringAt(bytes, table.strings + table.u32(at + 4));
    const path = stringAt(bytes, table.strings + table.u32(at + 8));
    if (!ELF_KINDS.includes(table.u32(at) & 0xff) || name === '' || !path.startsWith('/')) continue;
    entries.push({ name, path, conditional: table.isConditional(at) });
  }
  return entries;
}

function stringAt(bytes: Buffer, at: number): string {
  const within = bytes.subarray(at, at + MAX_STRING_BYTES);
  const zero = within.indexOf(0);
  return zero === -1 ? '' : within.toString('utf8', 0, zero);
}
