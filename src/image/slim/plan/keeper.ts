import type { FileNode, Node, Tree } from '../../tree/index.ts';
import type { Reason } from './types.ts';

/** Reasons that say more than that a run used the path. */
const TELLING: ReadonlySet<Reason['kind']> = new Set(['entry', 'library', 'import']);
/** And those that say less. */
const GENERAL: ReadonlySet<Reason['kind']> = new Set(['app', 'rule', 'link', 'directory']);

/** What is said of a path that is kept for one more reason. */
function joined(known: Reason, more: Reason): Reason {
  if (known.kind === 'footprint' && TELLING.has(more.kind))
    return { ...more, text: `${more.text}; ${known.text}` };
  if (more.kind === 'entry' && GENERAL.has(known.kind)) return more;
  if (more.kind !== 'footprint') return known;
  if (TELLING.has(known.kind)) return { ...known, text: `${known.text}; ${more.text}` };
  return GENERAL.has(known.kind) ? more : known;
}

/**
 * Collects what is kept. The first reason for a path stays, but that a run used it says less than what asks for the
 * path, and more than rules do; a path brings the symlinks that lead to it.
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
      const better = joined(known, reason);
      if (better !== known) this.#kept.set(node.path, better);
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
