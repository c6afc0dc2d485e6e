/** A path that something can load. */
export interface Found {
  /** Absolute. A directory stands for itself alone, not for what it holds. */
  readonly path: string;
  /** Why, in a few words: `import yaml`. */
  readonly reason: string;
  /** `code`: what it loads itself is to be read too. `data`: it is only kept. `cache`: it only saves time. */
  readonly kind: 'code' | 'data' | 'cache';
  /** The language that reads it, where its name and first line need not tell. */
  readonly language?: string;
}

/** A command line. */
export interface Command {
  /** Words that are not known before it runs are empty. */
  readonly argv: readonly string[];
  /** Where it runs, if not where the image starts. */
  readonly cwd?: string;
}

/** What a source file, a program or an interpreter pulls in. Names that lead nowhere are left out. */
export interface Imports {
  readonly files: readonly Found[];
  /** What it runs, as far as that is written down. */
  readonly commands: readonly Command[];
  /** Shared libraries that it opens by name: `libmagic.so.1`, or `magic` where only the stem is known. */
  readonly libraries: readonly string[];
  /** True when it may load anything that is installed: a name is computed at run time. */
  readonly computed: boolean;
}

/** Reads one language. It may remember what it has seen of the image that it was made for. */
export interface LanguageReader {
  /** `python`, `node`, … */
  readonly name: string;
  /** Whether a file is of this language: by its name, or by the interpreter in its first line (`python3`, or ''). */
  claims(path: string, shebang: string): boolean;
  /** Whether a program of this name runs the language: `python3.11`. */
  interprets(program: string): boolean;
  /** What one source file pulls in. Never throws, whatever the text is. */
  imports(path: string, text: string): Imports;
  /** What the interpreter needs before any script of the user. */
  start(interpreter: string): Imports;
  /** What a call of the interpreter runs: `argv[0]` is its path. */
  launch(command: Command): Imports;
  /** All that is installed for the language, less known waste: for what computes its imports. */
  installation(): Imports;
}

/** No imports. */
export const NOTHING: Imports = { files: [], commands: [], libraries: [], computed: false };

/** Several imports as one. */
export function joinImports(parts: readonly Imports[]): Imports {
  return {
    files: parts.flatMap(part => part.files),
    commands: parts.flatMap(part => part.commands),
    libraries: parts.flatMap(part => part.libraries),
    computed: parts.some(part => part.computed),
  };
}

/** Imports that are files alone. */
export function filesOnly(files: readonly Found[]): Imports {
  return { ...NOTHING, files };
}
