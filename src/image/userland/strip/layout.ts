import { type Content, contentChunks, sliceContent } from '../../../core/bytes/index.ts';
import {
  type ElfHeaders,
  FLAG,
  headerLayout,
  SECTION,
  SEGMENT,
  type Section,
  type Segment,
} from '../elf/index.ts';
import { decideFates, type Fate } from './sections.ts';

/** What stays of a file: all bytes before `fixedEnd` where they are, and some sections after it. */
export interface Layout {
  readonly fixedEnd: number;
  readonly fates: readonly Fate[];
  /** Segments, by index, that are not loaded and lie after `fixedEnd`: they follow the section of the same range. */
  readonly moving: readonly number[];
}

/** A layout, or in words why the file is left alone. */
export type Planned = Layout | { readonly why: string };

interface Range {
  readonly from: number;
  readonly to: number;
}

/** More zeros than this between two sections are no padding: the largest page is 64 KiB, huge ones 2 MiB. */
const MAX_PADDING = 2 << 20;

/** Decides what stays. The headers must be sound: see `reasonToLeave`. */
export function planLayout(headers: ElfHeaders, content: Content): Planned {
  const moving = movingSegments(headers);
  const fixedEnd = endOf(headers, moving);
  const fates = decideFates(headers.sections, headers.namesIndex, section => section.offset < fixedEnd);
  const unknown = headers.sections[fates.indexOf('unknown')];
  if (unknown !== undefined) return { why: `the program may read its section ${unknown.name}` };
  if (!fates.includes('remove')) return { why: 'nothing to remove' };
  if (hidesData(headers, content, fixedEnd)) return { why: 'data lies outside of its sections' };
  return { fixedEnd, fates, moving };
}

function movingSegments({ segments, sections }: ElfHeaders): readonly number[] {
  const loadedEnd = Math.max(
    ...segments.filter(s => s.type === SEGMENT.load).map(s => s.offset + s.fileSize),
    0,
  );
  return segments.flatMap((segment, index) => {
    const moves =
      segment.type !== SEGMENT.load &&
      segment.fileSize > 0 &&
      segment.offset >= loadedEnd &&
      sections.some(section => isRangeOf(section, segment));
    return moves ? [index] : [];
  });
}

/** True when a section that is not mapped has exactly the bytes of a segment. */
export function isRangeOf(section: Section, segment: Segment): boolean {
  const unmapped = (section.flags & FLAG.alloc) === 0 && section.type !== SECTION.nobits;
  return unmapped && section.offset === segment.offset && section.size === segment.fileSize;
}

/** The end of everything that must keep its offset. */
function endOf(headers: ElfHeaders, moving: readonly number[]): number {
  const { segments, sections, segmentTable } = headers;
  const held = segments.filter((_, index) => !moving.includes(index));
  const mapped = sections.filter(s => (s.flags & FLAG.alloc) !== 0 && s.type !== SECTION.nobits);
  const ends = [
    headerLayout(headers.bits).header.size,
    segmentTable.offset + segmentTable.count * segmentTable.entrySize,
    ...held.map(s => (s.fileSize === 0 ? 0 : s.offset + s.fileSize)),
    ...mapped.map(s => s.offset + s.size),
  ];
  return ends.reduce((most, end) => Math.max(most, end), 0);
}

/** True when bytes after the segments belong to no section and are not padding: a payload, a signature. */
function hidesData(headers: ElfHeaders, content: Content, fixedEnd: number): boolean {
  const { sections, sectionTable } = headers;
  const covered: Range[] = [
    { from: sectionTable.offset, to: sectionTable.offset + sectionTable.count * sectionTable.entrySize },
    { from: content.size, to: content.size },
    ...sections
      .filter(s => s.type !== SECTION.nobits && s.type !== SECTION.null)
      .map(s => ({ from: s.offset, to: s.offset + s.size })),
  ];
  let at = fixedEnd;
  for (const range of covered.sort((a, b) => a.from - b.from)) {
    if (range.from > at && !isPadding(sliceContent(content, at, range.from))) return true;
    at = Math.max(at, range.to);
  }
  return false;
}

function isPadding(content: Content): boolean {
  if (content.size > MAX_PADDING) return false;
  for (const chunk of contentChunks(content)) if (chunk.some(byte => byte !== 0)) return false;
  return true;
}
