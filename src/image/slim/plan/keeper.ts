import type { FileNode, Node, Tree } from '../../tree/index.ts';
import type { Reason } from './types.ts';

/** Reasons that say more than that a run used the path. */
const TELLING: ReadonlySet<Reason['kind']> = new Set(['entry', 'library', 'import']);

/**
 * Collects what is kept. The first reason for a path stays, but for that of a run, which says less than what asks
 * for the path; a path brings the symlinks that lead to it.
 */
export class Keeper {
  readonly tree: Tree;
  readonly #kept = new Map<string, Reason>();
  readonly #excluded: (path: string) => boolean;
  #news: FileNode[] = [];

  constructor(tree: Tree, excluded: (path: string) => boolean) {
    this.tree = tree;
    this.#excluded = excluded;
  }

  /** Real path to reason, in the order of keeping. */
  get kept(): ReadonlyMap<string, Reason> {
    return this.#kept;
  }

  has(path: string): boolean {
    return this.#kept.has(path);
  }

  /** Keeps what `path` leads to, and each symlink on the way; nothing when it leads nowhere. */
  keep(path: string, reason: Reason): void {
    const itself = this.tree.get(path);
    if (itself === undefined) return;
    // Also a symlink that leads out of the image, as to /dev/stdout.
    this.#add(itself, reason);
    const found = this.tree.resolve(path);
    if (found === undefined) return;
    for (const link of found.via)
      this.#add(link, { kind: 'link', text: `leads to ${found.node.path}`, by: found.node.path });
    this.#add(found.node, reason);
  }

  /** Keeps the node at `path` alone: where a symlink leads is not kept by this. */
  keepItself(path: string, reason: Reason): void {
    const node = this.tree.get(path);
    if (node !== undefined) this.#add(node, reason);
  }

  #add(node: Node, reason: Reason): void {
    const known = this.#kept.get(node.path);
    if (known !== undefined) {
      if (known.kind === 'footprint' && TELLING.has(reason.kind))
        this.#kept.set(node.path, { ...reason, text: `${reason.text}; ${known.text}` });
      return;
    }
    if (this.#excluded(node.path)) return;
    this.#kept.set(node.path, reason);
    if (node.kind === 'file') this.#news.push(node);
  }

  /** The files that were kept since the last call. */
  takeNews(): readonly FileNode[] {
    const news = this.#news;
    this.#news = [];
    return news;
  }
}
