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
  #bytes: Uint8Array = new Uint8Array();
  #from = 0;
  #to = 0;
  /** Of the path before: nodes of its directories, and where in it each ends. */
  readonly #nodes: number[] = [];
  readonly #ends: number[] = [];

  constructor(names: Names, follow: Follow) {
    this.#names = names;
    this.#follow = follow;
  }

  /**
   * The node for a path, the bytes from `from` to `to`; made where there is none. The bytes must not change before the
   * next call.
   *
   * @throws SampanError `invalid` for a path with `..` in it, `limit` for one that is too long.
   */
  node(bytes: Uint8Array, from = 0, to = bytes.length): number {
    if (to - from > MAX_PATH_BYTES) {
      throw new SampanError(
        'limit',
        `a path of ${to - from} bytes: ${shown(bytes.subarray(from, from + 80))}…`,
      );
    }
    this.#keepShared(bytes, from, to);
    let node = this.#nodes.at(-1) ?? 0;
    for (let at = from + (this.#ends.at(-1) ?? 0); at < to; ) {
      let end = at;
      while (end < to && bytes[end] !== SLASH) end += 1;
      if (end > at && !isDot(bytes, at, end)) {
        if (isParent(bytes, at, end)) throw leadsOut(bytes.subarray(from, to));
        node = this.#names.child(node, bytes, at, end);
        if (end < to - 1) {
          node = this.#follow(node);
          this.#nodes.push(node);
          this.#ends.push(end - from);
        }
      }
      at = end + 1;
    }
    this.#bytes = bytes;
    this.#from = from;
    this.#to = to;
    return node;
  }

  /** Forgets the directories of the path before in which this one is not. */
  #keepShared(bytes: Uint8Array, from: number, to: number): void {
    const before = this.#bytes;
    const most = Math.min(this.#to - this.#from, to - from);
    let same = 0;
    while (same < most && before[this.#from + same] === bytes[from + same]) same += 1;
    for (let end = this.#ends.at(-1); end !== undefined; end = this.#ends.at(-1)) {
      if (end < same && bytes[from + end] === SLASH) return;
      this.#ends.pop();
      this.#nodes.pop();
    }
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
