/** The package managers whose databases are read. */
export type Manager = 'dpkg' | 'apk' | 'rpm';

/** An installed package of the operating system. */
export interface OsPackage {
  readonly manager: Manager;
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** The source package, where the database names another one than the package itself. */
  readonly source?: string;
  readonly maintainer?: string;
  /** The distribution calls it essential: others use it without saying that they depend on it. */
  readonly essential: boolean;
  readonly priority?: string;
  readonly section?: string;
  /** What it cannot run without: of each group one name suffices. Versions are left out. */
  readonly depends: readonly (readonly string[])[];
  /** Other names that it satisfies, also `so:…` and `cmd:…` (apk) and capabilities (rpm). */
  readonly provides: readonly string[];
  /** In bytes, as the database says. */
  readonly installedSize: number;
  /** The real paths of its files and symlinks that are in the tree. */
  readonly files: readonly string[];
  /** The real paths of the directories that it lists; others may list them too. */
  readonly directories: readonly string[];
  /** Those of `files` that are configuration, which an administrator may have changed. */
  readonly conffiles: readonly string[];
  /** Its record as it is written in the database, without the empty line that ends it; empty for rpm. */
  readonly raw: string;
}

/** What a package manager knows of a tree. */
export interface PackageDatabase {
  readonly manager: Manager;
  /** Only those that are installed, sorted by name, then architecture. */
  readonly packages: readonly OsPackage[];
  /** Files and directories (with all below them) that are the database itself. */
  readonly databasePaths: readonly string[];
  /**
   * False where packages or their files could not be read: then a file that no package
   * owns may well belong to one.
   */
  readonly complete: boolean;
  /** The package that brought the file or symlink at a real path. Directories have no owner. */
  ownerOf(path: string): OsPackage | undefined;
}
