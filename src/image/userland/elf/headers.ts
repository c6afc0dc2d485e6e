import type { Content } from '../../../core/bytes/index.ts';
import { type ByteOrder, type Fields, fieldsOf, type WordSize } from './fields.ts';
import { textAt, type Window, windowOn } from './window.ts';

/** A program header: what the kernel and the loader map. Numbers are in bytes. */
export interface Segment {
  /** p_type: 1 is PT_LOAD, see {@link SEGMENT}. */
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly memorySize: number;
}

/** A section header. Numbers are in bytes; 64-bit addresses above 2^53 are only near the truth. */
export interface Section {
  readonly name: string;
  /** sh_type, see {@link SECTION}. */
  readonly type: number;
  /** sh_flags, see {@link FLAG}. */
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly align: number;
  readonly entrySize: number;
}

/** Where a table of headers lies. */
export interface HeaderTable {
  readonly offset: number;
  readonly count: number;
  readonly entrySize: number;
}

/** The headers of an ELF file (gABI, chapter 4 and 5), as they were written. */
export interface ElfHeaders {
  readonly bits: WordSize;
  readonly order: ByteOrder;
  /** e_type: 1 relocatable, 2 executable, 3 shared, 4 core. */
  readonly type: number;
  readonly machine: number;
  readonly osAbi: number;
  readonly flags: number;
  readonly headerSize: number;
  readonly segmentTable: HeaderTable;
  readonly sectionTable: HeaderTable;
  /** The section that holds the names of sections; 0 for none. */
  readonly namesIndex: number;
  readonly segments: readonly Segment[];
  readonly sections: readonly Section[];
  /** True when something points out of the file, or is beyond the limits; what was read is still given. */
  readonly damaged: boolean;
}

/** Values of p_type. */
export const SEGMENT = { load: 1, dynamic: 2, interpreter: 3, note: 4 } as const;

/** Values of sh_type. */
export const SECTION = {
  null: 0,
  progbits: 1,
  symtab: 2,
  strtab: 3,
  rela: 4,
  note: 7,
  nobits: 8,
  rel: 9,
  dynsym: 11,
  symtabIndexes: 18,
} as const;

/** Bits of sh_flags. */
export const FLAG = { write: 1, alloc: 2, execute: 4, infoLink: 0x40 } as const;

const MAX_SEGMENTS = 4096;
const MAX_SECTIONS = 100_000;
const MAX_NAMES_BYTES = 8 << 20;
const MAX_NAME_BYTES = 256;

/** Where the fields of the two classes lie; `word` fields are 4 or 8 bytes wide. */
const LAYOUT = {
  32: {
    header: { size: 52, phoff: 28, shoff: 32, flags: 36, rest: 40 },
    segment: { size: 32, flags: 24, offset: 4, address: 8, fileSize: 16, memorySize: 20 },
    section: {
      size: 40,
      flags: 8,
      address: 12,
      offset: 16,
      bytes: 20,
      link: 24,
      info: 28,
      align: 32,
      entry: 36,
    },
  },
  64: {
    header: { size: 64, phoff: 32, shoff: 40, flags: 48, rest: 52 },
    segment: { size: 56, flags: 4, offset: 8, address: 16, fileSize: 32, memorySize: 40 },
    section: {
      size: 64,
      flags: 8,
      address: 16,
      offset: 24,
      bytes: 32,
      link: 40,
      info: 44,
      align: 48,
      entry: 56,
    },
  },
} as const;

/** Where the fields of headers lie in a file of a class, in bytes. */
export function headerLayout(bits: WordSize): (typeof LAYOUT)[WordSize] {
  return LAYOUT[bits];
}

/** The headers of a file with a window to read more of it; undefined when it is not ELF. */
export interface OpenElf {
  readonly headers: ElfHeaders;
  readonly window: Window;
  readonly fields: Fields;
}

/**
 * Reads the headers. Nothing in an odd or damaged file is an error: what cannot be read is left out.
 *
 * @throws SampanError only when the content itself cannot be read.
 */
export function openElf(content: Content): OpenElf | undefined {
  if (content.size < 52) return undefined;
  const window = windowOn(content);
  const start = window.read(0, 64);
  const fields = identify(start);
  if (fields === undefined) return undefined;
  return { headers: readHeaders(window, start, fields), window, fields };
}

function identify(start: Buffer): Fields | undefined {
  if (start.readUInt32BE(0) !== 0x7f454c46) return undefined;
  const bits = start[4] === 1 ? 32 : start[4] === 2 ? 64 : undefined;
  const order = start[5] === 1 ? 'little' : start[5] === 2 ? 'big' : undefined;
  if (bits === undefined || order === undefined) return undefined;
  return start.length < LAYOUT[bits].header.size ? undefined : fieldsOf(bits, order);
}

function readHeaders(window: Window, start: Buffer, fields: Fields): ElfHeaders {
  const { u16, u32, word } = fields;
  const layout = LAYOUT[fields.bits].header;
  const at = (index: number): number => u16(start, layout.rest + index * 2);
  const sectionOffset = word(start, layout.shoff);
  const first = sectionOffset === 0 ? undefined : readSectionAt(window, fields, sectionOffset);
  // Counts that do not fit are in the first section header (gABI, "Extended numbering").
  const segmentTable = {
    offset: word(start, layout.phoff),
    count: at(2) === 0xffff && first !== undefined ? first.info : at(2),
    entrySize: at(1),
  };
  const sectionTable = {
    offset: sectionOffset,
    count: sectionOffset === 0 ? 0 : at(4) === 0 ? (first?.size ?? 0) : at(4),
    entrySize: at(3),
  };
  const namesIndex = at(5) === 0xffff && first !== undefined ? first.link : at(5);
  const header = {
    bits: fields.bits,
    order: fields.order,
    type: u16(start, 16),
    machine: u16(start, 18),
    osAbi: start[7] ?? 0,
    flags: u32(start, layout.flags),
    headerSize: at(0),
    segmentTable,
    sectionTable,
    namesIndex,
  };
  const segments = readSegments(window, fields, segmentTable);
  const sections = readSections(window, fields, { table: sectionTable, namesIndex });
  const whole = segments.length === segmentTable.count && sections.length === sectionTable.count;
  const inside = pointsInside(window.size, segments, sections);
  return { ...header, segments, sections, damaged: !whole || !inside };
}

function pointsInside(size: number, segments: readonly Segment[], sections: readonly Section[]): boolean {
  return (
    segments.every(s => s.fileSize === 0 || s.offset + s.fileSize <= size) &&
    sections.every(s => s.type === SECTION.null || s.type === SECTION.nobits || s.offset + s.size <= size)
  );
}

function readSegments(window: Window, fields: Fields, table: HeaderTable): Segment[] {
  const layout = LAYOUT[fields.bits].segment;
  if (table.entrySize !== layout.size) return [];
  const bytes = window.read(table.offset, Math.min(table.count, MAX_SEGMENTS) * layout.size);
  return Array.from({ length: Math.floor(bytes.length / layout.size) }, (_, i) => {
    const at = i * layout.size;
    return {
      type: fields.u32(bytes, at),
      flags: fields.u32(bytes, at + layout.flags),
      offset: fields.word(bytes, at + layout.offset),
      address: fields.word(bytes, at + layout.address),
      fileSize: fields.word(bytes, at + layout.fileSize),
      memorySize: fields.word(bytes, at + layout.memorySize),
    };
  });
}

type Unnamed = Omit<Section, 'name'> & { readonly nameAt: number };

function readSectionAt(window: Window, fields: Fields, offset: number): Unnamed | undefined {
  const size = LAYOUT[fields.bits].section.size;
  const bytes = window.read(offset, size);
  return bytes.length < size ? undefined : parseSection(bytes, 0, fields);
}

function parseSection(bytes: Buffer, at: number, fields: Fields): Unnamed {
  const layout = LAYOUT[fields.bits].section;
  return {
    nameAt: fields.u32(bytes, at),
    type: fields.u32(bytes, at + 4),
    flags: fields.word(bytes, at + layout.flags),
    address: fields.word(bytes, at + layout.address),
    offset: fields.word(bytes, at + layout.offset),
    size: fields.word(bytes, at + layout.bytes),
    link: fields.u32(bytes, at + layout.link),
    info: fields.u32(bytes, at + layout.info),
    align: fields.word(bytes, at + layout.align),
    entrySize: fields.word(bytes, at + layout.entry),
  };
}

function readSections(
  window: Window,
  fields: Fields,
  where: { readonly table: HeaderTable; readonly namesIndex: number },
): Section[] {
  const { table, namesIndex } = where;
  const size = LAYOUT[fields.bits].section.size;
  if (table.entrySize !== size) return [];
  const bytes = window.read(table.offset, Math.min(table.count, MAX_SECTIONS) * size);
  const found = Array.from({ length: Math.floor(bytes.length / size) }, (_, i) =>
    parseSection(bytes, i * size, fields),
  );
  const names = namesIndex === 0 ? undefined : found[namesIndex];
  const text =
    names === undefined ? Buffer.alloc(0) : window.read(names.offset, Math.min(names.size, MAX_NAMES_BYTES));
  return found.map(({ nameAt, ...section }) => ({ name: textAt(text, nameAt, MAX_NAME_BYTES), ...section }));
}
