import { readContent } from '../../../core/bytes/index.ts';
import type { Steps } from '../../../core/steps/index.ts';
import type { FileNode } from '../../tree/index.ts';
import { ABSOLUTE_PATH } from '../../userland/elf/index.ts';
import type { Keeper } from './keeper.ts';
import { PRIVATE, SHARED } from './own-files.ts';
import type { Owners } from './owners.ts';

const SETTINGS = /^\/(?:usr\/local\/)?etc\//;
const COMMENT = /^\s*(?:#|;|\/\/|--)/;
const MAX_TEXT_BYTES = 256 << 10;
const MAX_FILES = 2000;
const MAX_BYTES = 8 << 20;

/** Keeps what kept settings name in private places of packages: programs of a server, its pages and icons. */
export class SettingsReader {
  readonly #keeper: Keeper;
  readonly #owners: Owners;
  readonly #read = new Set<string>();

  constructor(keeper: Keeper, owners: Owners) {
    this.#keeper = keeper;
    this.#owners = owners;
  }

  /** Reads the settings that were kept since the last call. */
  *follow(isWaste: (path: string) => boolean): Steps<void> {
    for (const path of [...this.#keeper.kept.keys()]) {
      const node = this.#keeper.tree.get(path);
      if (!SETTINGS.test(path) || node?.kind !== 'file' || this.#read.has(path)) continue;
      this.#read.add(path);
      for (const name of namedIn(node)) this.#keepNamed(name, path, isWaste);
      yield;
    }
  }

  #keepNamed(name: string, by: string, isWaste: (path: string) => boolean): void {
    const path = this.#keeper.tree.resolve(name)?.node.path;
    if (path === undefined || !PRIVATE.test(path) || SHARED.test(path)) return;
    for (const each of this.#packagedBelow(path))
      if (!isWaste(each)) this.#keeper.keep(each, { kind: 'app', text: `names ${name}`, by });
  }

  /** A file of a package, or those in a directory; none where they are too many to belong to one program. */
  #packagedBelow(path: string): readonly string[] {
    const found: string[] = [];
    let bytes = 0;
    const todo = [path];
    for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
      const node = this.#keeper.tree.get(at);
      if (node?.kind === 'directory')
        for (const name of this.#keeper.tree.list(at)) todo.push(`${at}/${name}`);
      if (this.#owners.packageOf(at) === undefined) continue;
      found.push(at);
      if (node?.kind === 'file') bytes += node.content.size;
      if (found.length > MAX_FILES || bytes > MAX_BYTES) return [];
    }
    return found;
  }
}

function namedIn(node: FileNode): ReadonlySet<string> {
  if (node.content.size === 0 || node.content.size > MAX_TEXT_BYTES) return new Set();
  const text = readContent(node.content).toString('latin1');
  if (text.includes('\0')) return new Set();
  const lines = text.split('\n').filter(line => !COMMENT.test(line));
  const names = lines.join('\n').match(new RegExp(ABSOLUTE_PATH, 'g')) ?? [];
  return new Set(names.map(name => name.replace(/\/+$/, '')));
}
