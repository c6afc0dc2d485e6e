import type { Content } from '../../../core/bytes/index.ts';
import { type Dynamic, readDynamic } from './dynamic.ts';
import type { ByteOrder, WordSize } from './fields.ts';
import { type OpenElf, openElf, SECTION, SEGMENT, type Section } from './headers.ts';
import { architectureOf } from './machines.ts';
import { readNotes } from './notes.ts';

/** What kind of file it is, by e_type. */
export type ElfKind = 'relocatable' | 'executable' | 'shared' | 'core' | 'other';

/**
 * How it is linked: with an interpreter (`dynamic`), without (`static`, `static-pie`), as a shared object
 * without one (`library`), or not at all (`none`: an object file, a core).
 */
export type Linkage = 'dynamic' | 'static' | 'static-pie' | 'library' | 'none';

/** What an ELF file says of itself. */
export interface ElfFile {
  readonly bits: WordSize;
  readonly order: ByteOrder;
  readonly kind: ElfKind;
  /** e_machine. */
  readonly machine: number;
  /** The architecture as OCI names it (`amd64`, `arm64`, …); undefined where Linux does not run. */
  readonly architecture: string | undefined;
  /** e_flags. */
  readonly flags: number;
  readonly linkage: Linkage;
  /** PT_INTERP, as written. */
  readonly interpreter: string | undefined;
  readonly needed: readonly string[];
  /** DT_FILTER and DT_AUXILIARY. */
  readonly filters: readonly string[];
  readonly soname: string | undefined;
  /** Split at colons, `$ORIGIN` and the like as written. */
  readonly rpath: readonly string[];
  readonly runpath: readonly string[];
  /** DF_1_NODEFLIB: the loader does not look into its own directories. */
  readonly noDefaultLibraries: boolean;
  /** The GNU build ID, in hexadecimal. */
  readonly buildId: string | undefined;
  /** True when Go's linker left its build ID (`.note.go.buildid`). */
  readonly goBuildId: boolean;
  /** Where `.go.buildinfo` is, in bytes. */
  readonly goBuildInfo: { readonly offset: number; readonly size: number } | undefined;
  /** Bytes of the symbol table and its strings, which no loader reads. */
  readonly symbolBytes: number;
  /** Bytes of sections for debuggers. */
  readonly debugBytes: number;
  /** True when something points out of the file, or is beyond the limits; the rest is still given. */
  readonly damaged: boolean;
}

const KINDS: readonly ElfKind[] = ['other', 'relocatable', 'executable', 'shared', 'core'];
const MAX_INTERPRETER_BYTES = 4096;
const BUILD_ID = 3;
const GO_BUILD_ID = 4;

/**
 * Reads what an ELF file says of itself from a few small ranges; undefined when it is not ELF. An odd
 * or damaged file is no error: what can be read is given, and `damaged` is set.
 *
 * @throws SampanError only when the content itself cannot be read.
 */
export function readElf(content: Content): ElfFile | undefined {
  const elf = openElf(content);
  return elf === undefined ? undefined : describe(elf);
}

function describe(elf: OpenElf): ElfFile {
  const { headers } = elf;
  const kind = KINDS[headers.type] ?? 'other';
  const loadable = kind === 'executable' || kind === 'shared';
  const interpreter = loadable ? readInterpreter(elf) : undefined;
  const dynamic = loadable ? readDynamic(elf) : undefined;
  return {
    bits: headers.bits,
    order: headers.order,
    kind,
    machine: headers.machine,
    architecture: architectureOf(headers.machine, headers.bits, headers.order),
    flags: headers.flags,
    linkage: linkageOf(kind, interpreter, dynamic),
    interpreter,
    ...dynamicFacts(dynamic),
    ...noteFacts(elf, loadable),
    ...sectionFacts(headers.sections),
    damaged: headers.damaged || (dynamic?.damaged ?? false),
  };
}

function readInterpreter({ headers, window }: OpenElf): string | undefined {
  const segment = headers.segments.find(s => s.type === SEGMENT.interpreter);
  if (segment === undefined) return undefined;
  const text = window.text(segment.offset, Math.min(segment.fileSize, MAX_INTERPRETER_BYTES));
  return text === '' ? undefined : text;
}

function linkageOf(kind: ElfKind, interpreter: string | undefined, dynamic: Dynamic | undefined): Linkage {
  if (kind !== 'executable' && kind !== 'shared') return 'none';
  if (interpreter !== undefined) return 'dynamic';
  if (kind === 'executable') return 'static';
  return dynamic?.pie ? 'static-pie' : 'library';
}

function dynamicFacts(dynamic: Dynamic | undefined) {
  return {
    needed: dynamic?.needed ?? [],
    filters: dynamic?.filters ?? [],
    soname: dynamic?.soname,
    rpath: dynamic?.rpath ?? [],
    runpath: dynamic?.runpath ?? [],
    noDefaultLibraries: dynamic?.noDefaultLibraries ?? false,
  };
}

function noteFacts(elf: OpenElf, loadable: boolean) {
  const notes = loadable ? readNotes(elf) : [];
  const id = notes.find(note => note.owner === 'GNU' && note.type === BUILD_ID);
  return {
    buildId: id?.description.toString('hex'),
    // Go pads the owner to four bytes.
    goBuildId: notes.some(note => note.owner.startsWith('Go') && note.type === GO_BUILD_ID),
  };
}

function sectionFacts(sections: readonly Section[]) {
  const info = sections.find(s => s.name === '.go.buildinfo' && s.type !== SECTION.nobits);
  const symbols = sections.find(s => s.type === SECTION.symtab);
  const strings = symbols === undefined ? undefined : sections[symbols.link];
  const debug = sections.filter(s => s.type !== SECTION.nobits && isDebugName(s.name));
  return {
    goBuildInfo: info === undefined ? undefined : { offset: info.offset, size: info.size },
    symbolBytes: (symbols?.size ?? 0) + (strings?.size ?? 0),
    debugBytes: debug.reduce((sum, s) => sum + s.size, 0),
  };
}

/** True for the name of a section that only debuggers read. */
export function isDebugName(name: string): boolean {
  return /^\.(z?debug[_-]|debug$|stab|gdb_index$|gnu_debugdata$|line$|mdebug)/.test(name);
}
