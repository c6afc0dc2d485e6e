import { basename, type FileNode } from '../../tree/index.ts';
import { importedSymbols, readElf } from '../../userland/elf/index.ts';

/** What the kept programs and libraries can ask for. */
export interface Facts {
  /** There is at least one program or library of machine code. */
  readonly hasCode: boolean;
  /** Stems of kept libraries: `libssl`, `libc`. */
  readonly libraries: ReadonlySet<string>;
  readonly usesTime: boolean;
  readonly usesTls: boolean;
  readonly startsShell: boolean;
}

const TIME = ['localtime', 'localtime_r', 'tzset', 'mktime', '__localtime64_r'];
const SHELL = ['system', 'popen', 'wordexp'];
const TLS_LIBRARIES = [
  'libssl',
  'libgnutls',
  'libmbedtls',
  'libnss3',
  'libcurl',
  'libcurl-gnutls',
  'libwolfssl',
];
/** What everything is linked with says nothing about what asks. */
const COMMON = /^(?:libc|libm|libpthread|libdl|librt|ld-linux.*|ld-musl.*|libglib-.*)$/;

/** Reads the facts out of the kept files. */
export function factsOf(files: readonly FileNode[]): Facts {
  const libraries = new Set<string>();
  const symbols = new Set<string>();
  let hasCode = false;
  let hasGo = false;
  for (const file of files) {
    const elf = readElf(file.content);
    if (elf === undefined || (elf.kind !== 'executable' && elf.kind !== 'shared')) continue;
    hasCode = true;
    hasGo ||= elf.goBuildId || elf.goBuildInfo !== undefined;
    const stem = basename(file.path)
      .replace(/\.so.*$/, '')
      .replace(/-\d[\d.]*$/, '');
    if (/\.so(?:\.|$)/.test(file.path)) libraries.add(stem);
    if (!COMMON.test(stem)) for (const symbol of importedSymbols(file.content)) symbols.add(symbol);
  }
  const any = (names: readonly string[], among: ReadonlySet<string>): boolean =>
    names.some(name => among.has(name));
  return {
    hasCode,
    libraries,
    usesTime: hasGo || any(TIME, symbols),
    usesTls: hasGo || any(TLS_LIBRARIES, libraries),
    startsShell: any(SHELL, symbols),
  };
}
