import type { Fields } from '../fields.ts';
import { FLAG, SECTION } from '../headers.ts';
import type { ElfRecipe, SectionRecipe } from './recipe.ts';

const DYNAMIC = 6;

/** The sections of a small ELF file that are loaded; addresses in `.dynamic` are still to be filled in. */
export function loadedSections(recipe: ElfRecipe, fields: Fields): SectionRecipe[] {
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
