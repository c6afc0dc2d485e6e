import type { Steps } from '../../../core/steps/index.ts';
import type { FileNode } from '../../tree/index.ts';
import { ABSOLUTE_PATH, findStrings, importedSymbols, readElf } from '../../userland/elf/index.ts';
import { type Libraries, type LibraryReason, librariesIn } from '../../userland/libraries/index.ts';
import { libraryDirectories } from '../../userland/system/index.ts';
import { keepCharsets } from './charsets.ts';
import { environmentOf } from './environment.ts';
import type { Keeper } from './keeper.ts';
import { isLibc, keepOwnFiles } from './own-files.ts';
import type { Owners } from './owners.ts';
import type { PlanGround } from './types.ts';

/** Keeps what the programs and libraries among the kept files load. */
export class MachineCode {
  readonly #keeper: Keeper;
  readonly #libraries: Libraries;
  readonly #files: FileNode[] = [];
  readonly #searched: FileNode[] = [];

  constructor(keeper: Keeper, input: PlanGround) {
    this.#keeper = keeper;
    this.#libraries = librariesIn(input.tree, {
      environment: environmentOf([...(input.config.config?.Env ?? []), ...input.env]),
      workingDirectory: input.config.config?.WorkingDir || '/',
    });
  }

  /** The kept files of machine code so far. */
  get files(): readonly FileNode[] {
    return [...this.#searched, ...this.#files];
  }

  /** Follows what the files that were kept since the last call are linked with. */
  *follow(): Steps<void> {
    for (let news = yield* this.#takeCode(); news.length > 0; news = yield* this.#takeCode()) {
      const closure = this.#libraries.closure(news.map(file => file.path));
      for (const { path, reasons } of closure.files.values()) {
        const reason = reasons.find(each => each.role !== 'root');
        if (reason !== undefined) this.#keepLibrary(path, reason);
      }
    }
  }

  /**
   * Keeps libraries that the user's programs may open, files and small directories that they name, and what the
   * programs of packages name of their own.
   */
  *followNames(owners: Owners, isWaste: (path: string, by?: string) => boolean): Steps<void> {
    const files = this.#files.splice(0);
    this.#searched.push(...files);
    for (const file of files) {
      if (!owners.isUsers(file)) continue;
      for (const { path, reason } of this.#libraries.dlopenCandidates(file.path))
        this.#keepLibrary(path, reason);
      for (const name of findStrings(file.content, ABSOLUTE_PATH)) this.#keepNamed(name, file.path, isWaste);
      yield;
    }
    yield* keepOwnFiles(this.#keeper, owners, { files, isWaste, weigh: path => this.#weigh(path) });
    if (files.some(file => !isLibc(file.path) && importedSymbols(file.content).has('iconv_open')))
      yield* keepCharsets(this.#keeper, owners);
  }

  /** Keeps libraries that sources open by name: `libmagic.so.1`, or `magic`. */
  keepNamed(libraries: ReadonlyMap<string, string>): void {
    for (const [name, by] of libraries) {
      for (const directory of libraryDirectories(this.#keeper.tree)) {
        for (const entry of this.#keeper.tree.list(directory)) {
          if (entry !== name && !entry.startsWith(`lib${name}.so`)) continue;
          this.#keeper.keep(`${directory}/${entry}`, { kind: 'import', text: `opens ${name}`, by });
        }
      }
    }
  }

  /** The bytes of libraries that come with a plugin. */
  #weigh(path: string): number {
    if (!/\.so(?:\.|$)/.test(path)) return 0;
    let bytes = 0;
    for (const file of this.#libraries.closure([path]).files.keys()) {
      const node = this.#keeper.tree.get(file);
      if (node?.kind === 'file' && !this.#keeper.has(file)) bytes += node.content.size;
    }
    return bytes;
  }

  #keepNamed(name: string, by: string, isWaste: (path: string) => boolean): void {
    const path = name.replace(/\/+$/, '');
    const node = this.#keeper.tree.resolve(path)?.node;
    if (node === undefined || isWaste(node.path)) return;
    if (node.kind !== 'directory') this.#keeper.keep(path, { kind: 'app', text: `names ${path}`, by });
    else if (path.split('/').length > 3 && !/\/lib(?:\/|\d|$)/.test(path)) this.#keepDirectory(path, by);
  }

  #keepDirectory(directory: string, by: string): void {
    const found = below(this.#keeper, directory);
    if (found === undefined) return;
    for (const path of [directory, ...found]) {
      this.#keeper.keep(path, { kind: 'app', text: `names ${directory}`, by });
    }
  }

  #keepLibrary(path: string, reason: LibraryReason): void {
    const { role, name, from } = reason;
    const text = role === 'interpreter' ? 'the loader that the kernel starts' : `${role} ${name}`;
    const why = { kind: 'library', text, ...(from === undefined ? {} : { by: from }) } as const;
    this.#keeper.keep(reason.opened, why);
    for (const link of reason.via)
      this.#keeper.keepItself(link, { kind: 'link', text: `leads to ${path}`, by: path });
    this.#keeper.keep(path, why);
  }

  *#takeCode(): Steps<FileNode[]> {
    const code: FileNode[] = [];
    for (const file of this.#keeper.takeNews()) {
      if (file.content.size > 0 && readElf(file.content) !== undefined) code.push(file);
      yield;
    }
    this.#files.push(...code);
    return code;
  }
}

const MAX_FILES = 4000;
const MAX_BYTES = 16 << 20;

/** What is in a directory, if it is small enough to be data that a program reads rather than a whole system. */
function below(keeper: Keeper, directory: string): string[] | undefined {
  const found: string[] = [];
  let bytes = 0;
  const todo = [directory];
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    for (const name of keeper.tree.list(at)) {
      const node = keeper.tree.get(`${at}/${name}`);
      if (node === undefined) continue;
      found.push(node.path);
      if (node.kind === 'file') bytes += node.content.size;
      if (node.kind === 'directory') todo.push(node.path);
      if (found.length > MAX_FILES || bytes > MAX_BYTES) return undefined;
    }
  }
  return found;
}
