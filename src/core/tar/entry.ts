/** What an entry makes: POSIX.1-2017 pax, "ustar Interchange Format", typeflag. */
export type TarType = 'file' | 'hardlink' | 'symlink' | 'character' | 'block' | 'directory' | 'fifo';

/** A run of stored bytes of a sparse file. */
export interface SparseRun {
  /** Where it is in the file. */
  readonly offset: number;
  readonly size: number;
}

/** One entry of a tar archive, with all extended headers applied to it. */
export interface TarEntry {
  readonly type: TarType;
  /** As written in the archive (perhaps `./x`, `/x` or `x/`), decoded as `core/bytes` decodes names. */
  readonly path: string;
  /** The target of a hard or symbolic link, as written; otherwise empty. */
  readonly linkPath: string;
  /** The size of the file in bytes, holes included; 0 for all but files. */
  readonly size: number;
  /** Permission bits: 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly userName: string;
  readonly groupName: string;
  /** Seconds since 1970, with a fraction where the archive has one. */
  readonly mtime: number;
  /** The same as decimal text, exactly as written, where it has a fraction: a number cannot hold nanoseconds. */
  readonly exactMtime?: string;
  /** Device numbers; 0 for all but devices. */
  readonly major: number;
  readonly minor: number;
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
  /** Where the first header of the entry begins, extended headers included: a byte offset in the archive. */
  readonly headerOffset: number;
  /** Where its content begins, and how many bytes of it are stored there (without padding). */
  readonly contentOffset: number;
  readonly storedSize: number;
  /** What the stored bytes are, where the file has holes. */
  readonly sparse?: readonly SparseRun[];
}
