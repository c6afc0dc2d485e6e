/** Where a package comes from: the names of the package URL types, mostly. */
export type Ecosystem = 'pypi' | 'npm' | 'golang' | 'gem' | 'composer' | 'maven' | 'cargo';

/** A package of a programming language that is installed in a tree, or built into a program. */
export interface LanguagePackage {
  readonly ecosystem: Ecosystem;
  readonly name: string;
  /** Empty where it is not known. */
  readonly version: string;
  /** The real path of its directory, or of the file (program, archive, metadata) that it is known by. */
  readonly root: string;
  /**
   * The real paths that are its own: files, and directories with all below them, but for packages
   * of their own in there. Empty for what is built into a program.
   */
  readonly paths: readonly string[];
  /** Installed only to develop, test or build: production does without it, by its own declaration. */
  readonly development: boolean;
}
