import { posix } from 'node:path';
import { readContent, sliceContent } from '../../../core/bytes/index.ts';
import type { FileNode, Node, Tree } from '../../tree/index.ts';

const MAX_SOURCE_BYTES = 4 << 20;
const HEAD_BYTES = 512;
const MAX_WALK = 200_000;

/** How the image is started: what decides which programs and modules are found. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string>>;
  /** Absolute. */
  readonly cwd: string;
  /** The files of the package that brought a file, that one too; none where that is not known. */
  readonly siblings?: (path: string) => readonly string[];
  /** What goes unless something names it; nothing where that is not known. */
  readonly isWaste?: (path: string) => boolean;
}

const EMPTY_NAMES: ReadonlySet<string> = new Set();

/** A tree as an interpreter looks at it. It remembers what it has listed; the tree does not change. */
export class View {
  readonly tree: Tree;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** See `Surroundings`. */
  readonly siblings: (path: string) => readonly string[];
  /** See `Surroundings`. */
  readonly isWaste: (path: string) => boolean;
  readonly #names = new Map<string, ReadonlySet<string>>();
  readonly #nodes = new Map<string, Node | undefined>();

  constructor(tree: Tree, surroundings: Surroundings) {
    this.tree = tree;
    this.env = surroundings.env;
    this.cwd = posix.resolve('/', surroundings.cwd);
    this.siblings = surroundings.siblings ?? (() => []);
    this.isWaste = surroundings.isWaste ?? (() => false);
  }

  /** The node that a path leads to, symlinks followed. */
  node(path: string): Node | undefined {
    if (this.#nodes.has(path)) return this.#nodes.get(path);
    const node = this.tree.resolve(path)?.node;
    this.#nodes.set(path, node);
    return node;
  }

  /** The file that a path leads to. */
  file(path: string): FileNode | undefined {
    const node = this.node(path);
    return node?.kind === 'file' ? node : undefined;
  }

  isDirectory(path: string): boolean {
    return this.node(path)?.kind === 'directory';
  }

  /** The path without symlinks, or the path itself where it leads nowhere. */
  real(path: string): string {
    return this.node(path)?.path ?? path;
  }

  /** The names in a directory; none when it is not one. */
  names(dir: string): ReadonlySet<string> {
    const known = this.#names.get(dir);
    if (known !== undefined) return known;
    const listed = this.tree.list(dir);
    const names = listed.length === 0 ? EMPTY_NAMES : new Set(listed);
    this.#names.set(dir, names);
    return names;
  }

  /** The text of a source file; absent when it is none, is binary, or is larger than 4 MiB. */
  text(path: string): string | undefined {
    const file = this.file(path);
    if (file === undefined || file.content.size > MAX_SOURCE_BYTES) return undefined;
    const bytes = readContent(file.content);
    return bytes.subarray(0, HEAD_BYTES).includes(0) ? undefined : bytes.toString('utf8');
  }

  /** The words of the first line after `#!`; none when there is no such line. */
  shebang(path: string): readonly string[] {
    const file = this.file(path);
    if (file === undefined) return [];
    const head = readContent(sliceContent(file.content, 0, HEAD_BYTES)).toString('latin1');
    const line = /^#![ \t]*([^\n]*)/.exec(head)?.[1]?.trim() ?? '';
    return line === '' ? [] : line.split(/[ \t]+/);
  }

  /** Every file and symlink under a directory. Directories that `skip` names are not entered. */
  under(dir: string, skip: (path: string) => boolean = () => false): string[] {
    const found: string[] = [];
    const todo = [dir];
    for (let at = todo.pop(); at !== undefined && found.length < MAX_WALK; at = todo.pop()) {
      for (const name of this.tree.list(at)) {
        const path = at === '/' ? `/${name}` : `${at}/${name}`;
        if (skip(path)) continue;
        if (this.tree.get(path)?.kind === 'directory') todo.push(path);
        else found.push(path);
      }
    }
    return found;
  }
}
