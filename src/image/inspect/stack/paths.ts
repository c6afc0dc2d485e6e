import { decodeName } from '../../../core/bytes/index.ts';
import { SampanError } from '../../../core/errors/index.ts';
import type { Names } from './names.ts';

const SLASH = 0x2f;
const DOT = 0x2e;
const MAX_PATH_BYTES = 16_384;

/** What a path of a layer means where a directory of it is a symbolic link: another node, or the same. */
export type Follow = (node: number) => number;

/**
 * Finds nodes for the paths of one layer, in the order of the archive. Most paths begin as the one before does, so
 * what was found for that one is used again.
 */
export class PathReader {
  readonly #names: Names;
  readonly #follow: Follow;
  #before: Uint8Array = new Uint8Array();
  /** Of the path before: nodes of its directories, and where in it each ends. */
  readonly #nodes: number[] = [];
  readonly #ends: number[] = [];

  constructor(names: Names, follow: Follow) {
    this.#names = names;
    this.#follow = follow;
  }

  /**
   * The node for a path; made where there is none. The bytes must not change before the next call.
   *
   * @throws SampanError `invalid` for a path with `..` in it, `limit` for one that is too long.
   */
  node(path: Uint8Array): number {
    if (path.length > MAX_PATH_BYTES) {
      throw new SampanError('limit', `a path of ${path.length} bytes: ${shown(path.subarray(0, 80))}…`);
    }
    let { node, at } = this.#shared(path);
    while (at < path.length) {
      let end = at;
      while (end < path.length && path[end] !== SLASH) end += 1;
      if (end > at && !isDot(path, at, end)) {
        if (isParent(path, at, end)) throw leadsOut(path);
        node = this.#names.child(node, path, { from: at, to: end });
        if (end < path.length - 1) {
          node = this.#follow(node);
          this.#nodes.push(node);
          this.#ends.push(end);
        }
      }
      at = end + 1;
    }
    this.#before = path;
    return node;
  }

  /** Forgets the path before: what it went through may have changed. */
  forget(): void {
    this.#before = new Uint8Array();
  }

  #shared(path: Uint8Array): { node: number; at: number } {
    const before = this.#before;
    const most = Math.min(before.length, path.length);
    let same = 0;
    while (same < most && before[same] === path[same]) same += 1;
    while (this.#ends.length > 0 && (this.#ends.at(-1)! >= same || path[this.#ends.at(-1)!] !== SLASH)) {
      this.#ends.pop();
      this.#nodes.pop();
    }
    return { node: this.#nodes.at(-1) ?? 0, at: this.#ends.at(-1) ?? 0 };
  }
}

function isDot(path: Uint8Array, from: number, to: number): boolean {
  return to === from + 1 && path[from] === DOT;
}

function isParent(path: Uint8Array, from: number, to: number): boolean {
  return to === from + 2 && path[from] === DOT && path[from + 1] === DOT;
}

function leadsOut(path: Uint8Array): SampanError {
  return new SampanError('invalid', `the layer holds ${shown(path)}, which leads out of the root`, {
    remedy: 'do not trust this image: no image builder writes such a path',
  });
}

function shown(path: Uint8Array): string {
  return JSON.stringify(decodeName(path));
}

/** The absolute path of a node, as `core/bytes` writes names. */
export function pathOf(names: Names, node: number): string {
  if (node === 0) return '/';
  return names
    .trail(node)
    .map(each => `/${names.textOf(each)}`)
    .join('');
}
