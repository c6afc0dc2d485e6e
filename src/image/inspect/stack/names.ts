import { randomInt } from 'node:crypto';
import { decodeName, encodeName } from '../../../core/bytes/index.ts';
import { enlarged } from '../scan/index.ts';

const FIRST_NODES = 4096;
const BYTES_PER_NODE = 16;
const SLOTS_PER_NODE = 2;
const SLASH = 0x2f;

/**
 * All paths of an image as a tree of numbers: node 0 is the root, every other one has a parent and a name. A path is
 * found by hashing; nothing is a string.
 */
export class Names {
  /** How many nodes there are. */
  count = 1;
  parent: Int32Array;
  firstChild: Int32Array;
  nextSibling: Int32Array;
  nameStart: Uint32Array;
  nameLength: Uint16Array;
  #hash: Uint32Array;
  #slots: Int32Array;
  #bytes: Buffer;
  /** Nodes whose names are not plain ASCII. */
  readonly #strange = new Set<number>();
  #used = 0;
  #text: string | undefined;
  readonly #scratch = new Uint8Array(255);
  /** So that nobody can make names that collide. */
  readonly #seed = randomInt(2 ** 32 - 1);

  /** `expected` nodes are about what will come, where that is known: then nothing is copied to grow. */
  constructor(expected = FIRST_NODES) {
    // The slots are a power of two.
    const nodes = 2 ** Math.ceil(Math.log2(Math.max(expected, FIRST_NODES)));
    this.parent = new Int32Array(nodes);
    this.firstChild = new Int32Array(nodes).fill(-1);
    this.nextSibling = new Int32Array(nodes).fill(-1);
    this.nameStart = new Uint32Array(nodes);
    this.nameLength = new Uint16Array(nodes);
    this.#hash = new Uint32Array(nodes);
    this.#slots = new Int32Array(nodes * SLOTS_PER_NODE).fill(-1);
    this.#bytes = Buffer.alloc(nodes * BYTES_PER_NODE);
  }

  // Numbers in place of objects: this runs for every part of every path.

  /** The child of a name, the bytes from `from` to `to`; -1 when there is none. */
  find(parent: number, name: Uint8Array, from: number, to: number): number {
    return this.#find(this.#hashOf(parent, name, from, to), parent, name, from, to);
  }

  /** As `find`, for the rest of a text from `from` on, written as `core/bytes` writes names. */
  findText(parent: number, text: string, from: number): number {
    const size = text.length - from;
    if (size > this.#scratch.length) return this.#findEncoded(parent, text.slice(from));
    for (let i = 0; i < size; i += 1) {
      const code = text.charCodeAt(from + i);
      if (code > 0x7f) return this.#findEncoded(parent, text.slice(from));
      this.#scratch[i] = code;
    }
    return this.find(parent, this.#scratch, 0, size);
  }

  #findEncoded(parent: number, name: string): number {
    const bytes = encodeName(name);
    return this.find(parent, bytes, 0, bytes.length);
  }

  #find(hash: number, parent: number, name: Uint8Array, from: number, to: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const node = this.#slots[slot]!;
      if (node === -1) return -1;
      if (this.#hash[node] === hash && this.parent[node] === parent && this.#isNamed(node, name, from, to))
        return node;
    }
  }

  /** The child of a name; made when there is none. */
  child(parent: number, name: Uint8Array, from: number, to: number): number {
    const hash = this.#hashOf(parent, name, from, to);
    const found = this.#find(hash, parent, name, from, to);
    return found === -1 ? this.#add(hash, parent, name, from, to) : found;
  }

  /** True for a name that begins with these bytes. */
  startsWith(node: number, prefix: Uint8Array): boolean {
    if (this.nameLength[node]! < prefix.length) return false;
    const start = this.nameStart[node]!;
    for (let i = 0; i < prefix.length; i += 1) if (this.#bytes[start + i] !== prefix[i]) return false;
    return true;
  }

  /** The bytes of a node's own name; they are not to be changed. */
  nameOf(node: number): Uint8Array {
    const start = this.nameStart[node]!;
    return this.#bytes.subarray(start, start + this.nameLength[node]!);
  }

  /** The same as text, as `core/bytes` writes names. */
  textOf(node: number): string {
    if (this.#strange.has(node)) return decodeName(this.nameOf(node));
    // One text for all: a part of it is quicker to have than one of the bytes.
    this.#text ??= this.#bytes.toString('latin1', 0, this.#used);
    const start = this.nameStart[node]!;
    return this.#text.substring(start, start + this.nameLength[node]!);
  }

  /** Nodes with all that is in them, from the root down to `node`, which is the last. */
  trail(node: number): number[] {
    const nodes: number[] = [];
    for (let at = node; at !== 0; at = this.parent[at]!) nodes.push(at);
    return nodes.reverse();
  }

  /** The absolute path of a node as text, as `core/bytes` writes names. */
  pathOf(node: number): string {
    if (node === 0) return '/';
    let size = 0;
    for (let at = node; at !== 0; at = this.parent[at]!) size += this.nameLength[at]! + 1;
    const path = Buffer.allocUnsafe(size);
    let isStrange = false;
    for (let at = node, end = size; at !== 0; at = this.parent[at]!) {
      const [start, length] = [this.nameStart[at]!, this.nameLength[at]!];
      end -= length + 1;
      path[end] = SLASH;
      this.#bytes.copy(path, end + 1, start, start + length);
      isStrange ||= this.#strange.has(at);
    }
    return isStrange ? decodeName(path) : path.toString('latin1');
  }

  /** FNV-1a over the name, begun with the parent. */
  #hashOf(parent: number, name: Uint8Array, from: number, to: number): number {
    let hash = Math.imul(parent ^ this.#seed, 0x9e3779b1);
    for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ name[at]!, 0x01000193);
    return (hash ^ (hash >>> 15)) >>> 0;
  }

  #isNamed(node: number, name: Uint8Array, from: number, to: number): boolean {
    if (this.nameLength[node] !== to - from) return false;
    const bytes = this.#bytes;
    let at = this.nameStart[node]!;
    for (let i = from; i < to; i += 1) if (bytes[at++] !== name[i]) return false;
    return true;
  }

  #add(hash: number, parent: number, name: Uint8Array, from: number, to: number): number {
    const node = this.count;
    if (node === this.parent.length) this.#grow();
    this.count += 1;
    this.parent[node] = parent;
    this.nextSibling[node] = this.firstChild[parent]!;
    this.firstChild[parent] = node;
    this.#hash[node] = hash;
    this.#keepName(node, name, from, to);
    this.#place(node, hash);
    return node;
  }

  #keepName(node: number, name: Uint8Array, from: number, to: number): void {
    if (this.#used + to - from > this.#bytes.length) {
      const larger = enlarged<Uint8Array>(this.#bytes, this.#used + to - from);
      this.#bytes = Buffer.from(larger.buffer);
    }
    this.#text = undefined;
    this.nameStart[node] = this.#used;
    this.nameLength[node] = to - from;
    let high = 0;
    for (let i = from; i < to; i += 1) {
      high |= name[i]!;
      this.#bytes[this.#used++] = name[i]!;
    }
    if (high > 0x7f) this.#strange.add(node);
  }

  #place(node: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== -1) slot = (slot + 1) & mask;
    this.#slots[slot] = node;
  }

  #grow(): void {
    const length = this.parent.length * 2;
    this.parent = enlarged(this.parent, length);
    this.firstChild = enlarged(this.firstChild, length).fill(-1, this.count);
    this.nextSibling = enlarged(this.nextSibling, length).fill(-1, this.count);
    this.nameStart = enlarged(this.nameStart, length);
    this.nameLength = enlarged(this.nameLength, length);
    this.#hash = enlarged(this.#hash, length);
    this.#slots = new Int32Array(length * SLOTS_PER_NODE).fill(-1);
    for (let node = 1; node < this.count; node += 1) this.#place(node, this.#hash[node]!);
  }
}
