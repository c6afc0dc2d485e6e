import { bytesContent, type Content, joinContent, sliceContent } from '../../../core/bytes/index.ts';
import { FLAG, headerLayout, type OpenElf, SECTION, type Section } from '../elf/index.ts';
import { isRangeOf, type Layout } from './layout.ts';
import type { Numbering } from './renumber.ts';

interface Patch {
  readonly at: number;
  readonly bytes: Buffer;
}

/** Where sections after the fixed bytes come to lie, by their old index. */
type Offsets = ReadonlyMap<number, number>;

/** Writes the file anew: ranges of the old content, with patched headers. */
export function writeStripped(
  elf: OpenElf,
  content: Content,
  what: Layout & { readonly numbering: Numbering },
): Content {
  const parts: Content[] = [];
  let at = what.fixedEnd;
  const add = (part: Content, align: number): number => {
    const padding = (align - (at % align)) % align;
    if (padding > 0) parts.push({ size: padding, pieces: [{ kind: 'zeros', size: padding }] });
    const start = at + padding;
    parts.push(part);
    at = start + part.size;
    return start;
  };
  const offsets = addSections(elf, content, { ...what, add });
  const names = nameTable(elf, what.numbering);
  offsets.set(elf.headers.namesIndex, add(bytesContent(names.bytes), 1));
  const table = writeTable(elf, { ...what, offsets, names });
  const tableAt = add(bytesContent(table), elf.fields.bits / 8);
  const patches = [patchHeader(elf, what.numbering, tableAt), ...patchSegments(elf, what.moving, offsets)];
  return joinContent([patched(sliceContent(content, 0, what.fixedEnd), patches), ...parts]);
}

function addSections(
  { headers }: OpenElf,
  content: Content,
  to: Layout & { readonly add: (part: Content, align: number) => number },
): Map<number, number> {
  const moved = headers.sections
    .map((section, index) => ({ section, index }))
    .filter(
      ({ section, index }) =>
        to.fates[index] === 'keep' && moves(section, to) && index !== headers.namesIndex,
    )
    .sort((a, b) => a.section.offset - b.section.offset || a.index - b.index);
  const offsets = new Map<number, number>();
  for (const { section, index } of moved) {
    const part = sliceContent(content, section.offset, section.offset + section.size);
    offsets.set(index, to.add(part, Math.max(section.align, 1)));
  }
  return offsets;
}

function moves(section: Section, { fixedEnd }: Layout): boolean {
  return section.type !== SECTION.nobits && section.type !== SECTION.null && section.offset >= fixedEnd;
}

interface Names {
  readonly bytes: Buffer;
  readonly at: ReadonlyMap<string, number>;
}

function nameTable({ headers }: OpenElf, numbering: Numbering): Names {
  const at = new Map<string, number>([['', 0]]);
  const parts = [Buffer.alloc(1)];
  let end = 1;
  for (const index of numbering) {
    const name = index === undefined ? '' : (headers.sections[index]?.name ?? '');
    if (at.has(name)) continue;
    at.set(name, end);
    parts.push(Buffer.from(`${name}\0`, 'latin1'));
    end += name.length + 1;
  }
  return { bytes: Buffer.concat(parts), at };
}

function writeTable(
  elf: OpenElf,
  to: { readonly numbering: Numbering; readonly offsets: Offsets; readonly names: Names },
): Buffer {
  const { headers, fields, window } = elf;
  const layout = headerLayout(fields.bits).section;
  const old = window.read(headers.sectionTable.offset, headers.sections.length * layout.size);
  const table = Buffer.alloc(to.numbering.length * layout.size);
  const renumbered = new Map(
    to.numbering.flatMap((was, now) => (was === undefined ? [] : [[was, now] as const])),
  );
  to.numbering.forEach((was, now) => {
    const section = was === undefined ? undefined : headers.sections[was];
    if (was === undefined || section === undefined) return;
    const at = now * layout.size;
    old.copy(table, at, was * layout.size, (was + 1) * layout.size);
    fields.putU32(table, at, to.names.at.get(section.name) ?? 0);
    fields.putU32(table, at + layout.link, renumbered.get(section.link) ?? 0);
    if (infoIsSection(section)) fields.putU32(table, at + layout.info, renumbered.get(section.info) ?? 0);
    const offset = to.offsets.get(was);
    if (offset !== undefined) fields.putWord(table, at + layout.offset, offset);
    if (was === headers.namesIndex) fields.putWord(table, at + layout.bytes, to.names.bytes.length);
  });
  return table;
}

function infoIsSection({ flags, type }: Section): boolean {
  return (flags & FLAG.infoLink) !== 0 || type === SECTION.rel || type === SECTION.rela;
}

function patchHeader({ headers, fields, window }: OpenElf, numbering: Numbering, tableAt: number): Patch {
  const layout = headerLayout(fields.bits).header;
  const bytes = Buffer.from(window.read(0, layout.size));
  fields.putWord(bytes, layout.shoff, tableAt);
  fields.putU16(bytes, layout.rest + 8, numbering.length);
  fields.putU16(bytes, layout.rest + 10, numbering.indexOf(headers.namesIndex));
  return { at: 0, bytes };
}

function patchSegments(
  { headers, fields, window }: OpenElf,
  moving: readonly number[],
  offsets: Offsets,
): Patch[] {
  const layout = headerLayout(fields.bits).segment;
  return moving.flatMap(index => {
    const segment = headers.segments[index];
    if (segment === undefined) return [];
    const owner = headers.sections.findIndex((s, i) => isRangeOf(s, segment) && offsets.has(i));
    const offset = offsets.get(owner);
    if (offset === undefined) return [];
    const at = headers.segmentTable.offset + index * layout.size;
    const bytes = Buffer.from(window.read(at, layout.size));
    fields.putWord(bytes, layout.offset, offset);
    return [{ at, bytes }];
  });
}

/** The content with some bytes written over; patches do not overlap. */
function patched(content: Content, patches: readonly Patch[]): Content {
  const parts: Content[] = [];
  let at = 0;
  for (const patch of patches.toSorted((a, b) => a.at - b.at)) {
    parts.push(sliceContent(content, at, patch.at), bytesContent(patch.bytes));
    at = patch.at + patch.bytes.length;
  }
  return joinContent([...parts, sliceContent(content, at)]);
}
