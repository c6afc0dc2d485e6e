import type { Content } from '../../../core/bytes/index.ts';
import { architectureOf, type ElfHeaders, FLAG, openElf, SECTION, SEGMENT } from '../elf/index.ts';
import { planLayout } from './layout.ts';
import { renumber } from './renumber.ts';
import { writeStripped } from './write.ts';

/** What stripping comes to: new content, or in words why the file is left alone. */
export type StripOutcome =
  | { readonly kind: 'stripped'; readonly content: Content; readonly savedBytes: number }
  | { readonly kind: 'left'; readonly why: string };

/** A saving of less than a block of a tar archive is none. */
const LEAST_SAVING_BYTES = 512;

/**
 * The same program or shared object without what only linkers and debuggers read: the symbol table, debug
 * sections, `.comment`. Every byte of a segment keeps its offset and value; dynamic symbols, notes, the
 * build ID and `.gnu_debuglink` stay. The result is ranges of the old content with patched headers, the
 * same for the same input. Undefined when nothing is to be gained or it is not surely safe.
 *
 * @throws SampanError only when the content itself cannot be read.
 */
export function stripElf(content: Content): Content | undefined {
  const outcome = tryStrip(content);
  return outcome.kind === 'stripped' ? outcome.content : undefined;
}

/**
 * As {@link stripElf}, and says why a file is left alone.
 *
 * @throws SampanError only when the content itself cannot be read.
 */
export function tryStrip(content: Content): StripOutcome {
  const elf = openElf(content);
  if (elf === undefined) return { kind: 'left', why: 'not ELF' };
  const reason = reasonToLeave(elf.headers);
  if (reason !== undefined) return { kind: 'left', why: reason };
  const layout = planLayout(elf.headers, content);
  if ('why' in layout) return { kind: 'left', why: layout.why };
  const numbering = renumber(elf, content, layout.fates);
  const stripped = writeStripped(elf, content, { ...layout, numbering });
  const savedBytes = content.size - stripped.size;
  if (savedBytes < LEAST_SAVING_BYTES) return { kind: 'left', why: 'nothing worth removing' };
  return { kind: 'stripped', content: stripped, savedBytes };
}

const EXECUTABLE = 2;
const SHARED = 3;
/** EI_OSABI of what Linux runs: System V, GNU, ARM. Guile's compiled files, for one, have another. */
const OS_ABIS = [0, 3, 97];
/** More sections than these need numbers of another form. */
const MAX_SECTIONS = 0xff00;

function reasonToLeave(headers: ElfHeaders): string | undefined {
  const { sections, segments, type, namesIndex } = headers;
  if (type !== EXECUTABLE && type !== SHARED) return 'neither a program nor a shared object';
  if (headers.damaged) return 'damaged';
  if (sections.length < 2 || sections.length >= MAX_SECTIONS) return 'it has no sections, or too many';
  if (sections[namesIndex]?.type !== SECTION.strtab) return 'its sections have no names';
  if (!OS_ABIS.includes(headers.osAbi)) return 'not for Linux';
  if (architectureOf(headers.machine, headers.bits, headers.order) === undefined) return 'not for Linux';
  if (!segments.some(s => s.type === SEGMENT.load)) return 'nothing is loaded from it';
  const code = sections.filter(s => (s.flags & FLAG.alloc) !== 0 && (s.flags & FLAG.execute) !== 0);
  if (code.some(s => s.type === SECTION.nobits && s.size > 0)) return 'a file of debug data';
  return undefined;
}
