import { decodeName } from '../../../core/bytes/index.ts';
import { type OpenElf, SECTION, SEGMENT } from './headers.ts';

/** What the dynamic section asks of the loader (gABI, chapter 5, "Dynamic Section"). */
export interface Dynamic {
  /** DT_NEEDED, in order. */
  readonly needed: readonly string[];
  /** DT_FILTER and DT_AUXILIARY: libraries that are loaded too. */
  readonly filters: readonly string[];
  readonly soname: string | undefined;
  /** DT_RPATH, split at its colons, as written. */
  readonly rpath: readonly string[];
  /** DT_RUNPATH, split at its colons, as written. */
  readonly runpath: readonly string[];
  /** DF_1_PIE: the file is a program. */
  readonly pie: boolean;
  /** DF_1_NODEFLIB: the loader does not look into its own directories. */
  readonly noDefaultLibraries: boolean;
  /** Values of the tags that are addresses or numbers, the first of each tag. */
  readonly values: ReadonlyMap<number, number>;
  /** True when a limit was reached, a string is out of the file, or nothing is there. */
  readonly damaged: boolean;
}

/** Tags of the dynamic section. */
export const TAG = {
  needed: 1,
  hash: 4,
  strings: 5,
  symbols: 6,
  stringsSize: 10,
  soname: 14,
  rpath: 15,
  runpath: 29,
  gnuHash: 0x6ffffef5,
  flags1: 0x6ffffffb,
  auxiliary: 0x7ffffffd,
  filter: 0x7fffffff,
} as const;

const MAX_ENTRIES = 16_384;
const MAX_NEEDED = 1024;
const MAX_STRING_BYTES = 4096;
const NODEFLIB = 0x800;
const PIE = 0x0800_0000;

/** The file offset of an address, by the segments that are loaded. */
export function offsetOf(elf: OpenElf, address: number): number | undefined {
  for (const segment of elf.headers.segments) {
    const into = address - segment.address;
    if (segment.type === SEGMENT.load && into >= 0 && into < segment.fileSize) return segment.offset + into;
  }
  return undefined;
}

/** Reads the dynamic section; undefined when there is none, as in a static program. */
export function readDynamic(elf: OpenElf): Dynamic | undefined {
  const entries = readEntries(elf);
  if (entries === undefined) return undefined;
  const values = new Map<number, number>();
  for (const { tag, value } of entries) if (!values.has(tag)) values.set(tag, value);
  const table = offsetOf(elf, values.get(TAG.strings) ?? 0);
  const strings = (tag: number): (string | undefined)[] =>
    entries
      .filter(e => e.tag === tag)
      .slice(0, MAX_NEEDED)
      .map(e => stringAt(elf, table, e.value));
  const needed = strings(TAG.needed);
  const filters = [...strings(TAG.filter), ...strings(TAG.auxiliary)];
  const flags1 = values.get(TAG.flags1) ?? 0;
  const asked = entries.filter(e => e.tag === TAG.needed).length;
  return {
    needed: needed.filter(isText),
    filters: filters.filter(isText),
    soname: strings(TAG.soname)[0],
    rpath: searchPath(strings(TAG.rpath)[0]),
    runpath: searchPath(strings(TAG.runpath)[0]),
    pie: (flags1 & PIE) !== 0,
    noDefaultLibraries: (flags1 & NODEFLIB) !== 0,
    values,
    // Where a dynamic section is announced, it says something.
    damaged:
      entries.length === 0 || asked > MAX_NEEDED || !needed.every(isText) || entries.length >= MAX_ENTRIES,
  };
}

interface Entry {
  readonly tag: number;
  readonly value: number;
}

function readEntries({ headers, window, fields }: OpenElf): Entry[] | undefined {
  const segment = headers.segments.find(s => s.type === SEGMENT.dynamic);
  if (segment === undefined || segment.fileSize === 0) return undefined;
  // In a file that holds only debug data the segment is still named, but its bytes are elsewhere.
  if (headers.sections.some(s => s.name === '.dynamic' && s.type === SECTION.nobits)) return undefined;
  const width = fields.bits / 8;
  const bytes = window.read(segment.offset, Math.min(segment.fileSize, MAX_ENTRIES * width * 2));
  const entries: Entry[] = [];
  for (let at = 0; at + width * 2 <= bytes.length; at += width * 2) {
    const tag = fields.word(bytes, at);
    if (tag === 0) break;
    entries.push({ tag, value: fields.word(bytes, at + width) });
  }
  return entries;
}

function stringAt(elf: OpenElf, table: number | undefined, at: number): string | undefined {
  if (table === undefined || table + at >= elf.window.size) return undefined;
  const text = elf.window.text(table + at, MAX_STRING_BYTES);
  return text === '' ? undefined : decodeName(Buffer.from(text, 'latin1'));
}

function searchPath(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.split(':').filter(part => part !== '');
}

function isText(text: string | undefined): text is string {
  return text !== undefined;
}
