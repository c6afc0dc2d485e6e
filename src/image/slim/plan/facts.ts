import type { Steps } from '../../../core/steps/index.ts';
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
  /** Accounts and their passwords are checked. */
  readonly checksAccounts: boolean;
  /** A program becomes a user that logs in, and starts the user's shell. */
  readonly logsIn: boolean;
}

const TIME = ['localtime', 'localtime_r', 'tzset', 'mktime', '__localtime64_r'];
const ACCOUNTS = ['getspnam', 'getusershell'];
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

/** Reads the facts out of kept files, each file once. */
export class FactFinder {
  readonly #read = new Set<FileNode>();
  readonly #libraries = new Set<string>();
  readonly #symbols = new Set<string>();
  #hasCode = false;
  #hasGo = false;
  #logsIn = false;

  /** Reads those of the files that are new. */
  *read(files: readonly FileNode[]): Steps<void> {
    for (const file of files) {
      if (this.#read.has(file)) continue;
      this.#read.add(file);
      this.#readFile(file);
      yield;
    }
  }

  /** Of all files so far. */
  get found(): Facts {
    const checksAccounts = this.#libraries.has('libpam') || isAnyIn(ACCOUNTS, this.#symbols);
    return {
      hasCode: this.#hasCode,
      libraries: this.#libraries,
      usesTime: this.#hasGo || isAnyIn(TIME, this.#symbols),
      usesTls: this.#hasGo || isAnyIn(TLS_LIBRARIES, this.#libraries),
      startsShell: isAnyIn(SHELL, this.#symbols),
      checksAccounts,
      logsIn: this.#logsIn,
    };
  }

  #readFile(file: FileNode): void {
    const elf = readElf(file.content);
    if (elf === undefined || (elf.kind !== 'executable' && elf.kind !== 'shared')) return;
    this.#hasCode = true;
    this.#hasGo ||= elf.goBuildId || elf.goBuildInfo !== undefined;
    const stem = basename(file.path)
      .replace(/\.so.*$/, '')
      .replace(/-\d[\d.]*$/, '');
    if (/\.so(?:\.|$)/.test(file.path)) this.#libraries.add(stem);
    if (COMMON.test(stem)) return;
    const imported = importedSymbols(file.content);
    // Interpreters import all of that, but for PAM.
    this.#logsIn ||= imported.has('initgroups') && elf.needed.some(name => name.startsWith('libpam.'));
    for (const symbol of imported) this.#symbols.add(symbol);
  }
}

function isAnyIn(names: readonly string[], among: ReadonlySet<string>): boolean {
  return names.some(name => among.has(name));
}
