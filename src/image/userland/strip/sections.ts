import { FLAG, isDebugName, SECTION, type Section } from '../elf/index.ts';

/**
 * What becomes of a section: `keep` it; `remove` it; or `unknown`, a section that no loader maps and that
 * nobody here knows, so that the program may read it out of its own file.
 */
export type Fate = 'keep' | 'remove' | 'unknown';

const LLVM_ADDRSIG = 0x6fff_4c03;

/** Kept though no loader maps them: small, and asked for by tools. */
const KEPT = /^\.(gnu_debuglink|shstrtab|(ARM|riscv|gnu|csky|msp430)\.attributes|note\..*)$/;

/** Of use to linkers, compilers and debuggers only. */
const REMOVED =
  /^\.(comment|gnu\.lto_.*|gnu\.debuglto_.*|gnu_debugaltlink|gnu\.build\.attributes.*|gnu\.warning\..*|note\.gnu\.gold-version|pdr|gptab\..*|GCC\.command\.line|llvm_addrsig)$/;

/** Which sections go, by their index. `isFixed` says which of them lie in bytes that stay anyway. */
export function decideFates(
  sections: readonly Section[],
  namesIndex: number,
  isFixed: (section: Section) => boolean,
): readonly Fate[] {
  const fates = sections.map((section, index): Fate => {
    if (index === namesIndex || isMapped(section) || isFixed(section)) return 'keep';
    return fateAlone(section);
  });
  return fates.map((fate, index) =>
    fate === 'unknown' && isOrphan(sections, fates, index) ? 'remove' : fate,
  );
}

/** True for a section that is part of the running program, or has no bytes. */
function isMapped(section: Section): boolean {
  return (
    (section.flags & FLAG.alloc) !== 0 || section.type === SECTION.null || section.type === SECTION.nobits
  );
}

function fateAlone({ name, type, size }: Section): Fate {
  switch (type) {
    case SECTION.symtab:
    case SECTION.symtabIndexes:
    case SECTION.rel:
    case SECTION.rela:
    case LLVM_ADDRSIG:
      return 'remove';
    default:
      if (isDebugName(name) || REMOVED.test(name)) return 'remove';
      return size === 0 || type === SECTION.note || KEPT.test(name) ? 'keep' : 'unknown';
  }
}

/** True for strings that only removed sections refer to. */
function isOrphan(sections: readonly Section[], fates: readonly Fate[], index: number): boolean {
  if (sections[index]?.type !== SECTION.strtab) return false;
  const users = sections.flatMap((section, i) => (section.link === index ? [fates[i]] : []));
  return users.length > 0 && users.every(fate => fate === 'remove');
}
