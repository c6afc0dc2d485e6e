import { type Content, contentChunks, sliceContent } from '../../../core/bytes/index.ts';
import { type OpenElf, SECTION, type Section } from '../elf/index.ts';
import type { Fate } from './sections.ts';

/** The new section headers: for each, the index of the old one, or undefined for an inactive header. */
export type Numbering = readonly (number | undefined)[];

/** From here on an index of a section has a meaning of its own (SHN_LORESERVE). */
const RESERVED = 0xff00;

/**
 * Numbers the sections that stay. Dynamic symbols name their section by its number, and lie in bytes
 * that do not change; so where a number that is used would change, inactive headers fill the gaps.
 */
export function renumber(elf: OpenElf, content: Content, fates: readonly Fate[]): Numbering {
  const kept = fates.flatMap((fate, index) => (fate === 'keep' ? [index] : []));
  const firstRemoved = fates.indexOf('remove');
  if ((kept.at(-1) ?? 0) < firstRemoved) return kept;
  const tables = elf.headers.sections.filter((s, index) => isSymbols(s) && fates[index] === 'keep');
  const used = tables.map(table => highestSection(elf, content, table));
  if (used.every(index => index < firstRemoved)) return kept;
  const length = (kept.at(-1) ?? 0) + 1;
  return Array.from({ length }, (_, index) => (fates[index] === 'keep' ? index : undefined));
}

function isSymbols({ type }: Section): boolean {
  return type === SECTION.dynsym || type === SECTION.symtab;
}

function highestSection({ fields }: OpenElf, content: Content, table: Section): number {
  const size = fields.bits === 64 ? 24 : 16;
  const sectionAt = fields.bits === 64 ? 6 : 14;
  let highest = 0;
  let rest: Buffer = Buffer.alloc(0);
  for (const chunk of contentChunks(sliceContent(content, table.offset, table.offset + table.size))) {
    const bytes = Buffer.concat([rest, chunk]);
    const whole = Math.floor(bytes.length / size) * size;
    for (let at = sectionAt; at < whole; at += size) {
      const index = fields.u16(bytes, at);
      if (index < RESERVED && index > highest) highest = index;
    }
    rest = bytes.subarray(whole);
  }
  return highest;
}
