import type { ElfFile } from '../elf/index.ts';

/** What of the process matters to a loader. */
export interface LoaderOptions {
  /** `LD_LIBRARY_PATH` and `LD_PRELOAD` are looked at. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What relative directories start from; `/` unless told. */
  readonly workingDirectory?: string;
  /** How many paths are tried at most; a million unless told, more than any image needs. */
  readonly maxLookups?: number;
}

/** Why a file is in a closure. */
export type LibraryRole = 'root' | 'interpreter' | 'preload' | 'needed' | 'filter' | 'variant' | 'dlopen';

/** Which rule of the loader found a file. */
export type FoundBy =
  | 'path'
  | 'rpath'
  | 'environment'
  | 'runpath'
  | 'cache'
  | 'default'
  | 'configuration'
  | 'loader';

/** One way in which a file came to be loaded. */
export interface LibraryReason {
  /**
   * `root`: it was asked for; `interpreter`: the kernel starts it; `preload`: `LD_PRELOAD` or
   * `/etc/ld.so.preload`; `needed`: DT_NEEDED; `filter`: DT_FILTER or DT_AUXILIARY; `variant`: what the
   * loader takes instead on some processors (glibc-hwcaps); `dlopen`: a name in its data.
   */
  readonly role: LibraryRole;
  /** The real path of the file that asks; undefined for a root and for what is preloaded. */
  readonly from: string | undefined;
  /** What was asked for, as written: `libssl.so.3`. */
  readonly name: string;
  /** The path that the loader opens. */
  readonly opened: string;
  readonly foundBy: FoundBy;
  /** The paths of the symlinks between `opened` and the file; each has to stay. */
  readonly via: readonly string[];
}

/** A file that a loader maps. */
export interface LibraryFile {
  /** The real path, no symlink in it. */
  readonly path: string;
  readonly elf: ElfFile;
  /** Every way in which it is reached; the first leads to a root when it is followed through `from`. */
  readonly reasons: readonly LibraryReason[];
}

/** A library that is asked for and not there. */
export interface MissingLibrary {
  readonly role: LibraryRole;
  readonly name: string;
  readonly from: string | undefined;
}

/** All that loaders map for some programs and libraries. */
export interface Closure {
  /** By real path, in the order in which they are found. Files that are not ELF are not in it. */
  readonly files: ReadonlyMap<string, LibraryFile>;
  readonly missing: readonly MissingLibrary[];
  /** Files that the loaders read to find libraries: `/etc/ld.so.cache`, … */
  readonly configuration: readonly string[];
}
