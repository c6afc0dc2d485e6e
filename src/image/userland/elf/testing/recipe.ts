import type { ByteOrder, WordSize } from '../fields.ts';

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
