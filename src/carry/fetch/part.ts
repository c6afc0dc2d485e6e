import type { Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import {
  type Digest,
  digestOf,
  finishDigest,
  startDigest,
  throwIfCancelled,
} from '../../core/bytes/index.ts';
import { wrap } from '../../core/errors/index.ts';
import type { Cancel } from '../../core/store/index.ts';
import type { ChunkList } from './chunks.ts';

const READ_BYTES = 1 << 18;

/** The part of a file that has arrived: bytes from the beginning on, checked by a list of chunks where there is one. */
export class PartFile implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #list: ChunkList | undefined;
  #hash: Hash = startDigest();
  #size = 0;

  private constructor(file: FileHandle, path: string, list: ChunkList | undefined) {
    this.#file = file;
    this.#path = path;
    this.#list = list;
  }

  /** Opens or makes it. Its first `trusted` bytes are right; of what follows, whole chunks that are right are kept. */
  static async open(
    path: string,
    options: Cancel & { readonly list?: ChunkList | undefined; readonly trusted: number },
  ): Promise<PartFile> {
    const { list, trusted } = options;
    try {
      const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
      const part = new PartFile(file, path, list);
      try {
        await part.#take(trusted, options);
        return part;
      } catch (error) {
        await file.close();
        throw error;
      }
    } catch (error) {
      throw wrap(`opening ${path}`, error);
    }
  }

  /** How many bytes are there, and right as far as that is known. */
  get size(): number {
    return this.#size;
  }

  async #take(trusted: number, options: Cancel): Promise<void> {
    const { size: there } = await this.#file.stat();
    const list = this.#list;
    if (list === undefined) {
      await this.#cut(Math.min(there, trusted));
      return;
    }
    const most = Math.min(there, list.size);
    const sure = Math.min(trusted, most);
    let at = sure - (sure % list.chunkBytes);
    let rest = most;
    while (at < most) {
      const end = Math.min(at + list.chunkBytes, list.size);
      if (end > most) break;
      if ((await this.digestOf(at, end, options)) !== list.chunks[at / list.chunkBytes]) {
        rest = at;
        break;
      }
      at = end;
    }
    // The beginning of a chunk counts too: its end will tell whether it was right.
    for await (const bytes of this.#read(at, rest, options)) this.#hash.update(bytes);
    await this.#cut(rest);
  }

  async #cut(size: number): Promise<void> {
    await this.#file.truncate(size);
    this.#size = size;
  }

  /** Drops all. */
  async restart(): Promise<void> {
    this.#hash = startDigest();
    await this.#cut(0);
  }

  /**
   * Adds bytes at the end.
   *
   * @returns the number of a chunk that turned out wrong: it and what follows are dropped.
   */
  async append(bytes: Uint8Array): Promise<number | undefined> {
    const list = this.#list;
    if (list === undefined) {
      await this.#write(bytes);
      return undefined;
    }
    for (let at = 0; at < bytes.length; ) {
      const start = this.#size - (this.#size % list.chunkBytes);
      const end = Math.min(start + list.chunkBytes, list.size);
      const part = bytes.subarray(at, at + end - this.#size);
      if (part.length === 0) return undefined;
      await this.#write(part);
      this.#hash.update(part);
      at += part.length;
      if (this.#size < end) return undefined;
      const got = finishDigest(this.#hash);
      this.#hash = startDigest();
      if (got === list.chunks[start / list.chunkBytes]) continue;
      await this.#cut(start);
      return start / list.chunkBytes;
    }
    return undefined;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await this.#writeAt(bytes, this.#size);
    this.#size += bytes.length;
  }

  async #writeAt(bytes: Uint8Array, offset: number): Promise<void> {
    try {
      for (let at = 0; at < bytes.length; ) {
        at += (await this.#file.write(bytes, at, bytes.length - at, offset + at)).bytesWritten;
      }
    } catch (error) {
      throw wrap(`writing ${this.#path}`, error);
    }
  }

  /** Puts what has arrived on the disk. */
  async sync(): Promise<void> {
    await this.#file.datasync().catch(error => {
      throw wrap(`writing ${this.#path}`, error);
    });
  }

  /** The digest of a range. */
  async digestOf(from: number, to: number, options: Cancel = {}): Promise<Digest> {
    const hash = startDigest();
    for await (const bytes of this.#read(from, to, options)) hash.update(bytes);
    return finishDigest(hash);
  }

  async *#read(from: number, to: number, { signal }: Cancel): AsyncGenerator<Uint8Array> {
    // One buffer is enough: whoever hashes it is done with it at once.
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    for (let at = from; at < to; ) {
      throwIfCancelled(signal);
      const { bytesRead } = await this.#file.read(buffer, 0, Math.min(buffer.length, to - at), at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  /** The numbers of the chunks that are wrong, of a file that is there whole. */
  async damaged(options: Cancel = {}): Promise<readonly number[]> {
    const list = this.#list;
    const found: number[] = [];
    for (const [i, wanted] of list?.chunks.entries() ?? []) {
      const { from, to } = rangeOf(list!, i);
      if ((await this.digestOf(from, to, options)) !== wanted) found.push(i);
    }
    return found;
  }

  /** Puts a chunk in its place. False, and nothing done, when these are not its bytes. */
  async replace(index: number, bytes: Uint8Array): Promise<boolean> {
    const list = this.#list;
    if (list === undefined || digestOf(bytes) !== list.chunks[index]) return false;
    await this.#writeAt(bytes, rangeOf(list, index).from);
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

/** Where a chunk is. */
export function rangeOf(list: ChunkList, index: number): { readonly from: number; readonly to: number } {
  const from = index * list.chunkBytes;
  return { from, to: Math.min(from + list.chunkBytes, list.size) };
}
