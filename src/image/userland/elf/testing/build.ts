import { type Fields, fieldsOf } from '../fields.ts';
import { FLAG, headerLayout, SECTION, SEGMENT } from '../headers.ts';
import { loadedSections } from './loaded.ts';
import type { ElfRecipe, SectionRecipe } from './recipe.ts';

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
