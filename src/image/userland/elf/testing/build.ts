import type { ByteOrder, WordSize } from '../fields.ts';
import { type Fields, fieldsOf } from '../fields.ts';
import { FLAG, headerLayout, SECTION, SEGMENT } from '../headers.ts';

/** A section of a small ELF file: the bytes, and what its header says. */
export interface SectionRecipe {
  readonly name: string;
  readonly bytes: Buffer;
  readonly type?: number;
  readonly flags?: number;
  /** The name of the section that sh_link points to. */
  readonly link?: string;
  readonly info?: number;
  readonly align?: number;
  readonly entrySize?: number;
}

/** What a small ELF file for tests says of itself. A 64-bit little-endian shared object for amd64 unless told. */
export interface ElfRecipe {
  readonly bits?: WordSize;
  readonly order?: ByteOrder;
  readonly machine?: number;
  /** e_type: 2 is an executable, 3 a shared object. */
  readonly type?: number;
  readonly interpreter?: string;
  readonly needed?: readonly string[];
  readonly filters?: readonly string[];
  readonly soname?: string;
  readonly rpath?: string;
  readonly runpath?: string;
  readonly flags1?: number;
  readonly isStatic?: boolean;
  /** Names of undefined symbols. */
  readonly imports?: readonly string[];
  /** The section that the defined dynamic symbol says it is in. */
  readonly exportedFrom?: number;
  /** The text of `.rodata`. */
  readonly data?: string;
  readonly buildId?: string;
  /** Sections that are not loaded, after the others, in this order. */
  readonly extra?: readonly SectionRecipe[];
  /** Sections that are loaded, headers last: after those of `extra`. */
  readonly loadedLast?: readonly SectionRecipe[];
  /** Adds a segment of this type over the section of this name. */
  readonly segmentOver?: { readonly type: number; readonly section: string };
  /** Bytes behind all else. */
  readonly appended?: Buffer;
}

interface Placed extends SectionRecipe {
  readonly offset: number;
}

/** Builds an ELF file whose addresses are its offsets, in one segment that is loaded. */
export function buildElf(recipe: ElfRecipe = {}): Buffer {
  const fields = fieldsOf(recipe.bits ?? 64, recipe.order ?? 'little');
  const layout = headerLayout(fields.bits);
  const loaded = [...loadedSections(recipe, fields), ...(recipe.loadedLast ?? [])];
  const start = layout.header.size + 8 * layout.segment.size;
  const alloc = place(loaded, start);
  const extra = place(recipe.extra ?? [], endOf(alloc, start));
  // Headers of `loadedLast` come behind those of `extra`.
  const early = alloc.length - (recipe.loadedLast ?? []).length;
  const ordered = [...alloc.slice(0, early), ...extra, ...alloc.slice(early)];
  const names = nameTable(ordered);
  const namesAt = endOf(extra, endOf(alloc, start));
  const sections = [...ordered, { name: '.shstrtab', bytes: names, type: SECTION.strtab, offset: namesAt }];
  const tableAt = Math.ceil((namesAt + names.length) / 8) * 8;
  const table = sectionTable(fields, sections, names);
  const file = Buffer.alloc(tableAt + table.length);
  for (const section of sections) section.bytes.copy(file, section.offset);
  fixDynamic(file, fields, alloc, recipe);
  table.copy(file, tableAt);
  writeSegments(file, fields, { recipe, sections, loadedEnd: endOf(alloc, start) });
  writeHeader(file, fields, { recipe, tableAt, count: sections.length + 1 });
  return Buffer.concat([file, recipe.appended ?? Buffer.alloc(0)]);
}

function place(sections: readonly SectionRecipe[], from: number): Placed[] {
  let at = from;
  return sections.map(section => {
    const align = section.align ?? 8;
    at = Math.ceil(at / align) * align;
    const placed = { ...section, offset: at };
    at += section.type === SECTION.nobits ? 0 : section.bytes.length;
    return placed;
  });
}

function endOf(sections: readonly Placed[], start: number): number {
  return sections.reduce(
    (end, s) => Math.max(end, s.offset + (s.type === SECTION.nobits ? 0 : s.bytes.length)),
    start,
  );
}

const DYNAMIC = 6;

function loadedSections(recipe: ElfRecipe, fields: Fields): SectionRecipe[] {
  const text = (value: string): Buffer => Buffer.from(`${value}\0`);
  const alloc = FLAG.alloc;
  const code: SectionRecipe = { name: '.text', bytes: Buffer.alloc(64, 0x90), flags: alloc | FLAG.execute };
  const sections: SectionRecipe[] = [code];
  if (recipe.interpreter !== undefined) {
    sections.push({ name: '.interp', bytes: text(recipe.interpreter), flags: alloc });
  }
  if (recipe.buildId !== undefined) sections.push(buildIdNote(recipe.buildId, fields));
  if (recipe.data !== undefined) {
    sections.push({ name: '.rodata', bytes: Buffer.from(recipe.data, 'latin1'), flags: alloc });
  }
  if (recipe.isStatic) return sections;
  const { bytes, at } = stringTable(recipe);
  const symbols = symbolTable(recipe, fields, at);
  const entries = dynamicEntries(recipe, at, bytes.length);
  const table = Buffer.alloc((entries.length + 1) * (fields.bits / 4));
  entries.forEach(([tag, value], i) => {
    fields.putWord(table, i * (fields.bits / 4), tag);
    fields.putWord(table, i * (fields.bits / 4) + fields.bits / 8, value);
  });
  sections.push(
    { name: '.dynstr', bytes, type: SECTION.strtab, flags: alloc },
    {
      name: '.dynsym',
      bytes: symbols,
      type: SECTION.dynsym,
      flags: alloc,
      link: '.dynstr',
      info: 1,
      entrySize: fields.bits === 64 ? 24 : 16,
    },
    { name: '.hash', bytes: hashTable(fields, recipe), type: 5, flags: alloc, link: '.dynsym' },
    { name: '.dynamic', bytes: table, type: DYNAMIC, flags: alloc | FLAG.write, link: '.dynstr' },
  );
  return sections;
}

function buildIdNote(hex: string, fields: Fields): SectionRecipe {
  const id = Buffer.from(hex, 'hex');
  const bytes = Buffer.alloc(16 + id.length);
  fields.putU32(bytes, 0, 4);
  fields.putU32(bytes, 4, id.length);
  fields.putU32(bytes, 8, 3);
  bytes.write('GNU\0', 12, 'latin1');
  id.copy(bytes, 16);
  return { name: '.note.gnu.build-id', bytes, type: SECTION.note, flags: FLAG.alloc, align: 4 };
}

function stringTable(recipe: ElfRecipe): { bytes: Buffer; at: (text: string) => number } {
  const texts = [
    ...(recipe.needed ?? []),
    ...(recipe.filters ?? []),
    ...(recipe.imports ?? []),
    recipe.soname ?? '',
    recipe.rpath ?? '',
    recipe.runpath ?? '',
    'exported',
  ];
  const offsets = new Map<string, number>();
  let bytes = Buffer.alloc(1);
  for (const text of texts) {
    if (offsets.has(text)) continue;
    offsets.set(text, bytes.length);
    bytes = Buffer.concat([bytes, Buffer.from(`${text}\0`)]);
  }
  return { bytes, at: text => offsets.get(text) ?? 0 };
}

function symbolTable(recipe: ElfRecipe, fields: Fields, at: (text: string) => number): Buffer {
  const size = fields.bits === 64 ? 24 : 16;
  const names = [...(recipe.imports ?? []), 'exported'];
  const table = Buffer.alloc((names.length + 1) * size);
  names.forEach((name, i) => {
    fields.putU32(table, (i + 1) * size, at(name));
    table[(i + 1) * size + (fields.bits === 64 ? 4 : 12)] = 0x12;
  });
  const last = names.length * size + (fields.bits === 64 ? 6 : 14);
  fields.putU16(table, last, recipe.exportedFrom ?? 1);
  return table;
}

function hashTable(fields: Fields, recipe: ElfRecipe): Buffer {
  const count = (recipe.imports ?? []).length + 2;
  const bytes = Buffer.alloc((3 + count) * 4);
  fields.putU32(bytes, 0, 1);
  fields.putU32(bytes, 4, count);
  return bytes;
}

/** Tags with their values; those of sections are filled in when these have their places. */
function dynamicEntries(
  recipe: ElfRecipe,
  at: (text: string) => number,
  stringsSize: number,
): [tag: number, value: number][] {
  const one = (tag: number, text: string | undefined): [number, number][] =>
    text === undefined ? [] : [[tag, at(text)]];
  return [
    ...(recipe.needed ?? []).map((name): [number, number] => [1, at(name)]),
    ...(recipe.filters ?? []).map((name): [number, number] => [0x7fffffff, at(name)]),
    ...one(14, recipe.soname),
    ...one(15, recipe.rpath),
    ...one(29, recipe.runpath),
    ...(recipe.flags1 === undefined ? [] : [[0x6ffffffb, recipe.flags1] as [number, number]]),
    [4, 0],
    [5, 0],
    [6, 0],
    [10, stringsSize],
  ];
}

function fixDynamic(file: Buffer, fields: Fields, alloc: readonly Placed[], recipe: ElfRecipe): void {
  if (recipe.isStatic) return;
  const offset = (name: string): number => alloc.find(s => s.name === name)?.offset ?? 0;
  const places = new Map([
    [4, offset('.hash')],
    [5, offset('.dynstr')],
    [6, offset('.dynsym')],
  ]);
  const width = fields.bits / 8;
  for (let at = offset('.dynamic'); fields.word(file, at) !== 0; at += width * 2) {
    const place = places.get(fields.word(file, at));
    if (place !== undefined) fields.putWord(file, at + width, place);
  }
}

function nameTable(sections: readonly Placed[]): Buffer {
  return Buffer.from(`\0${[...sections.map(s => s.name), '.shstrtab'].join('\0')}\0`);
}

function sectionTable(fields: Fields, sections: readonly Placed[], names: Buffer): Buffer {
  const layout = headerLayout(fields.bits).section;
  const table = Buffer.alloc((sections.length + 1) * layout.size);
  sections.forEach((section, i) => {
    const at = (i + 1) * layout.size;
    const flags = section.flags ?? 0;
    fields.putU32(table, at, names.indexOf(`\0${section.name}\0`) + 1);
    fields.putU32(table, at + 4, section.type ?? SECTION.progbits);
    fields.putWord(table, at + layout.flags, flags);
    fields.putWord(table, at + layout.address, (flags & FLAG.alloc) !== 0 ? section.offset : 0);
    fields.putWord(table, at + layout.offset, section.offset);
    fields.putWord(table, at + layout.bytes, section.bytes.length);
    fields.putU32(table, at + layout.link, sections.findIndex(s => s.name === section.link) + 1);
    fields.putU32(table, at + layout.info, section.info ?? 0);
    fields.putWord(table, at + layout.align, section.align ?? 8);
    fields.putWord(table, at + layout.entry, section.entrySize ?? 0);
  });
  return table;
}

function writeSegments(
  file: Buffer,
  fields: Fields,
  what: { readonly recipe: ElfRecipe; readonly sections: readonly Placed[]; readonly loadedEnd: number },
): void {
  const layout = headerLayout(fields.bits);
  const over = what.recipe.segmentOver;
  const wanted = [
    { type: SEGMENT.interpreter, section: '.interp' },
    { type: SEGMENT.dynamic, section: '.dynamic' },
    { type: SEGMENT.note, section: '.note.gnu.build-id' },
    ...(over === undefined ? [] : [over]),
  ];
  const found = wanted.flatMap(({ type, section }) => {
    const at = what.sections.find(s => s.name === section);
    return at === undefined ? [] : [{ type, offset: at.offset, size: at.bytes.length }];
  });
  const segments = [{ type: SEGMENT.load, offset: 0, size: what.loadedEnd }, ...found];
  segments.forEach((segment, i) => {
    const at = layout.header.size + i * layout.segment.size;
    fields.putU32(file, at, segment.type);
    fields.putWord(file, at + layout.segment.offset, segment.offset);
    fields.putWord(file, at + layout.segment.address, segment.offset);
    fields.putWord(file, at + layout.segment.fileSize, segment.size);
    fields.putWord(file, at + layout.segment.memorySize, segment.size);
  });
  fields.putU16(file, layout.header.rest + 4, segments.length);
}

function writeHeader(
  file: Buffer,
  fields: Fields,
  what: { readonly recipe: ElfRecipe; readonly tableAt: number; readonly count: number },
): void {
  const layout = headerLayout(fields.bits);
  const { header } = layout;
  file.writeUInt32BE(0x7f454c46, 0);
  file[4] = fields.bits === 64 ? 2 : 1;
  file[5] = fields.order === 'little' ? 1 : 2;
  file[6] = 1;
  fields.putU16(file, 16, what.recipe.type ?? 3);
  fields.putU16(file, 18, what.recipe.machine ?? 62);
  fields.putU32(file, 20, 1);
  fields.putWord(file, header.phoff, header.size);
  fields.putWord(file, header.shoff, what.tableAt);
  fields.putU16(file, header.rest, header.size);
  fields.putU16(file, header.rest + 2, layout.segment.size);
  fields.putU16(file, header.rest + 6, layout.section.size);
  fields.putU16(file, header.rest + 8, what.count);
  fields.putU16(file, header.rest + 10, what.count - 1);
}
