import type { Node } from '../../tree/index.ts';
import type { OsPackage } from '../packages/os/index.ts';

/** The kinds of waste. `license` is none: it is told apart so that it is kept, and shown. */
export type WasteCategory =
  | 'package-cache'
  | 'package-database'
  | 'documentation'
  | 'license'
  | 'translations'
  | 'development'
  | 'debug'
  | 'python-cache'
  | 'tests'
  | 'clutter'
  | 'foreign'
  | 'host'
  | 'desktop'
  | 'completion'
  | 'logs'
  | 'temporary'
  | 'vcs'
  | 'editor'
  | 'backup'
  | 'time-zones';

/** A node with what a rule may ask about it. */
export interface Candidate {
  readonly path: string;
  readonly node: Node;
  /** The package of the operating system that it came with. */
  readonly owner: OsPackage | undefined;
  /** What is known of the tree around it. */
  readonly around: Surroundings;
}

/** What rules ask of the tree around a node. */
export interface Surroundings {
  has(path: string): boolean;
  /** The names of directories of translations in use: `de_AT`, `de`. */
  readonly languages: ReadonlySet<string>;
  /** True for a path that belongs to a language package that production does without. */
  isDevelopment(path: string): boolean;
  /** True when a TypeScript compiler is among the production packages: then declarations are read. */
  readonly compilesTypeScript: boolean;
  /**
   * True when a source of the package at `root` names its part `name` (`tests`, `docs`): then it
   * is loaded, or read, although its name says otherwise.
   */
  namesPart(root: string, name: string): boolean;
}

/** What one kind of waste looks like. Rules are pure: the same candidate gives the same answer. */
export interface WasteRule {
  /** Unique, never changed: reports and tests name it. */
  readonly id: string;
  readonly category: WasteCategory;
  /** What it is and why it is not needed at run time: one sentence without its full stop. */
  readonly explains: string;
  /** Paths that it is about. */
  readonly pattern: RegExp;
  /** What must be true of the package that brought it; without it the rule is about no file that has none. */
  readonly ofPackage?: (owner: OsPackage) => boolean;
  /** What must be true besides. */
  readonly when?: (candidate: Candidate) => boolean;
  /** It may go without evidence that nothing asks for it. Evidence that something does still wins. */
  readonly safe: boolean;
  /**
   * Names of commands and libraries that need it. When one of them can run (it is an entry point, or something
   * reachable calls or loads it), the rule is void.
   */
  readonly neededBy?: readonly string[];
}
