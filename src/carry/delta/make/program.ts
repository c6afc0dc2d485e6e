import type { Region, RegionKind } from '../relocate/index.ts';

/** What of a program file is needed to know where its parts go. */
export interface Program {
  readonly regions: readonly Region[];
  readonly segments: readonly LoadedSegment[];
  readonly low: number;
  readonly high: number;
}

/** A part of the file that is loaded. */
export interface LoadedSegment {
  readonly start: number;
  readonly size: number;
  readonly address: number;
}

const MAGIC = 0x464c457f;
const WIDE = 2;
const LITTLE = 1;
const LOAD = 1;
const MAX_HEADERS = 1000;
const MAX_REGIONS = 64;
const CODE: Readonly<Record<number, RegionKind>> = { 62: 'x86-64', 183: 'aarch64' };
const SECTION = { symbols: 2, rela: 4, noBits: 8, dynamicSymbols: 11, initArray: 14, finiArray: 15 } as const;
const EXECUTABLE = 4n;
const WRITABLE = 1n;

/**
 * The layout of a 64-bit little-endian ELF file (ELF specification, "Object Files"); absent for everything
 * else, and for what is broken.
 */
export function readProgram(bytes: Buffer): Program | undefined {
  try {
    if (bytes.length < 64 || bytes.readUInt32LE(0) !== MAGIC) return undefined;
    if (bytes[4] !== WIDE || bytes[5] !== LITTLE) return undefined;
    const segments = loadedSegments(bytes);
    if (segments.length === 0) return undefined;
    return {
      segments: segments.filter(({ size }) => size > 0),
      regions: regionsOf(bytes).slice(0, MAX_REGIONS),
      low: Math.min(...segments.map(({ address }) => address)),
      high: Math.max(...segments.map(({ address, inMemory }) => address + inMemory)),
    };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The address of a byte of the file; -1 for one that is not loaded. */
export function addressOf(program: Program, offset: number): number {
  for (const { start, size, address } of program.segments) {
    if (offset >= start && offset < start + size) return address + offset - start;
  }
  return -1;
}

function wide(bytes: Buffer, at: number): number {
  const value = Number(bytes.readBigUInt64LE(at));
  if (!Number.isSafeInteger(value)) throw new RangeError('a number that is too large');
  return value;
}

function loadedSegments(bytes: Buffer): (LoadedSegment & { readonly inMemory: number })[] {
  const table = wide(bytes, 32);
  const count = Math.min(bytes.readUInt16LE(56), MAX_HEADERS);
  return Array.from({ length: count }, (_, i) => table + i * 56)
    .filter(at => bytes.readUInt32LE(at) === LOAD)
    .map(at => ({
      start: wide(bytes, at + 8),
      address: wide(bytes, at + 16),
      size: wide(bytes, at + 32),
      inMemory: wide(bytes, at + 40),
    }));
}

interface Section extends LoadedSegment {
  readonly name: string;
  readonly type: number;
  readonly flags: bigint;
}

function regionsOf(bytes: Buffer): Region[] {
  const machine = CODE[bytes.readUInt16LE(18)];
  return sectionsOf(bytes).flatMap(section => {
    const { start, size, address } = section;
    const kind = kindOf(section, machine);
    if (kind === undefined || size === 0 || start + size > bytes.length) return [];
    return [{ kind, start, size, address }];
  });
}

function sectionsOf(bytes: Buffer): Section[] {
  const table = wide(bytes, 40);
  const count = Math.min(bytes.readUInt16LE(60), MAX_HEADERS);
  const names = table + bytes.readUInt16LE(62) * 64;
  if (table === 0 || count === 0) return [];
  const text = wide(bytes, names + 24);
  return Array.from({ length: count }, (_, i) => table + i * 64).map(at => ({
    name: nameAt(bytes, text + bytes.readUInt32LE(at)),
    type: bytes.readUInt32LE(at + 4),
    flags: bytes.readBigUInt64LE(at + 8),
    address: wide(bytes, at + 16),
    start: wide(bytes, at + 24),
    size: wide(bytes, at + 32),
  }));
}

function nameAt(bytes: Buffer, at: number): string {
  const end = bytes.indexOf(0, at);
  return bytes.toString('latin1', at, Math.min(end, at + 32));
}

function kindOf({ name, type, flags }: Section, code: RegionKind | undefined): RegionKind | undefined {
  if (type === SECTION.noBits) return undefined;
  if ((flags & EXECUTABLE) !== 0n) return code;
  if (type === SECTION.rela) return 'rela';
  if (type === SECTION.symbols || type === SECTION.dynamicSymbols) return 'symbols';
  if (name === '.eh_frame_hdr') return 'offsets';
  if (name === '.eh_frame' || name === '.rodata') return 'relative';
  const isArray = type === SECTION.initArray || type === SECTION.finiArray;
  return isArray || (flags & WRITABLE) !== 0n ? 'pointers' : undefined;
}
