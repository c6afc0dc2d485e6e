import { encodeName } from '../../../core/bytes/index.ts';
import { linkOf, lookUp, type View } from './resolve.ts';

/** A node, and its own path: with no symbolic link in it. */
export interface Place {
  readonly node: number;
  readonly path: string;
}

/** A directory that was looked up, and whether that went over a symbolic link. */
interface Known extends Place {
  readonly linked: boolean;
}

/** As many directories are remembered; a hostile image may be asked about any number. */
const MAX_KNOWN = 100_000;

/**
 * Finds nodes by path. Directories that were found are remembered: what is asked for lies mostly beside what was asked
 * for before.
 */
export class Places {
  readonly #view: View;
  readonly #known = new Map<string, Known | undefined>();

  constructor(view: View) {
    this.#view = view;
  }

  /** The node at a path; symbolic links before its last name are followed. -1 when there is none. */
  find(path: string): number {
    const slash = path.lastIndexOf('/');
    if (!isPlain(path, slash)) return lookUp(this.#view, encodeName(path), { followLast: false });
    const parent = this.#directory(path.slice(0, slash));
    return parent === undefined ? -1 : this.#child(parent.node, path, slash + 1);
  }

  /** Where a path leads when no symbolic link is on the way: otherwise, and when it leads nowhere, absent. */
  direct(path: string): Place | undefined {
    const slash = path.lastIndexOf('/');
    if (!isPlain(path, slash)) return undefined;
    const parent = this.#directory(path.slice(0, slash));
    if (parent === undefined || parent.linked) return undefined;
    const node = this.#child(parent.node, path, slash + 1);
    if (node === -1 || linkOf(this.#view, node) !== undefined) return undefined;
    return { node, path: `${parent.path}/${path.slice(slash + 1)}` };
  }

  #directory(path: string): Known | undefined {
    const known = this.#known.get(path);
    if (known !== undefined || this.#known.has(path)) return known;
    const via: number[] = [];
    const node = lookUp(this.#view, encodeName(path), { followLast: true, via });
    const found = node === -1 ? undefined : { node, path: this.#before(node), linked: via.length > 0 };
    if (this.#known.size < MAX_KNOWN) this.#known.set(path, found);
    return found;
  }

  /** The path of a directory, as it stands before a slash. */
  #before(node: number): string {
    return node === 0 ? '' : this.#view.names.pathOf(node);
  }

  #child(parent: number, path: string, from: number): number {
    const { names, live } = this.#view;
    const node = names.findText(parent, path, from);
    return node === -1 || (live[node] ?? -1) === -1 ? -1 : node;
  }
}

/** True where the last name of a path, behind `slash`, is that of something in the directory before it. */
function isPlain(path: string, slash: number): boolean {
  const size = path.length - slash - 1;
  if (slash === -1 || size === 0) return false;
  return path[slash + 1] !== '.' || (size > 1 && (path[slash + 2] !== '.' || size > 2));
}
