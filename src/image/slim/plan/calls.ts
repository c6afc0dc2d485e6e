import type { Steps } from '../../../core/steps/index.ts';
import type { FileNode } from '../../tree/index.ts';
import { findStrings, importedSymbols, readElf } from '../../userland/elf/index.ts';
import type { Environment } from '../../userland/system/index.ts';
import type { Keeper } from './keeper.ts';
import type { Owners } from './owners.ts';

const STARTS: ReadonlySet<string> = new Set([
  'system',
  'popen',
  'wordexp',
  'execvp',
  'execlp',
  'posix_spawnp',
]);
const LINE = /(?<![^\0\n])[a-z][\w.+-]{1,40}(?: [^\0\n]{0,400})?(?![^\0\n])/;
const MAX_LINES = 500;

/**
 * Finds the command lines that the user's own programs of machine code hand to a shell, or programs that they start
 * by name: the strings in them that begin with the name of a program in `PATH`.
 */
export class CallFinder {
  readonly #keeper: Keeper;
  readonly #owners: Owners;
  readonly #programs: ReadonlySet<string>;
  readonly #searched = new Set<string>();
  readonly #lines = new Set<string>();

  constructor(keeper: Keeper, owners: Owners, env: Environment) {
    this.#keeper = keeper;
    this.#owners = owners;
    this.#programs = programsIn(keeper, env);
  }

  /** Those in files that were kept since the last call, as words; each line once. */
  *news(): Steps<string[][]> {
    const before = this.#lines.size;
    for (const path of [...this.#keeper.kept.keys()]) {
      if (this.#searched.has(path)) continue;
      this.#searched.add(path);
      const node = this.#keeper.tree.get(path);
      if (node?.kind !== 'file' || node.content.size === 0 || !this.#owners.isUsers(node)) continue;
      this.#search(node);
      yield;
    }
    return [...this.#lines].slice(before).map(line => ['/bin/sh', '-c', line]);
  }

  #search(node: FileNode): void {
    if (readElf(node.content) === undefined) return;
    const symbols = importedSymbols(node.content);
    if (![...STARTS].some(name => symbols.has(name))) return;
    for (const line of findStrings(node.content, LINE)) {
      const isCall = this.#programs.has(/^[\w.+-]+/.exec(line)?.[0] ?? '');
      if (isCall && this.#lines.size < MAX_LINES) this.#lines.add(line);
    }
  }
}

function programsIn(keeper: Keeper, env: Environment): ReadonlySet<string> {
  const path = env.PATH ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  return new Set(path.split(':').flatMap(directory => [...keeper.tree.list(directory || '/')]));
}
