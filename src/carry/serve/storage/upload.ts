import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { isSampanError, wrap } from '../../../core/errors/index.ts';
import { type Algorithm, algorithmOf, type BlobDigest, beginHash, endHash, Refusal } from '../base/index.ts';

/** What an append promises to bring; what is not given is not checked. */
export interface Chunk {
  /** Where its first byte belongs. */
  readonly from?: number | undefined;
  readonly size?: number | undefined;
  /** No upload may become larger. */
  readonly maxBytes: number;
}

/**
 * An upload under way: a file that grows. What was written stays when a request breaks off, and the next goes
 * on from there. One request at a time: the next one stops the one before, whose line may be long dead.
 */
export class Upload {
  readonly id: string;
  readonly repository: string;
  readonly path: string;
  #size: number;
  /** Of all bytes so far; absent when the file is older than this process, or was cut. */
  #hash: { readonly algorithm: Algorithm; readonly state: Hash } | undefined;
  #current: { stop(): void; readonly ended: Promise<void> } | undefined;
  #usedAt: number;

  constructor(
    place: { readonly id: string; readonly repository: string; readonly path: string },
    state: { readonly size: number; readonly algorithm?: Algorithm; readonly now: number },
  ) {
    this.id = place.id;
    this.repository = place.repository;
    this.path = place.path;
    this.#size = state.size;
    this.#usedAt = state.now;
    const { algorithm } = state;
    this.#hash = algorithm === undefined ? undefined : { algorithm, state: beginHash(algorithm) };
  }

  /** Bytes that are there. */
  get size(): number {
    return this.#size;
  }

  /** When it was last used, in milliseconds since 1970. */
  get usedAt(): number {
    return this.#usedAt;
  }

  /** True while a request writes to it. */
  get isBusy(): boolean {
    return this.#current !== undefined;
  }

  /** Does `work` alone; the request before is stopped with `stop`, and waited for. */
  async alone<T>(now: number, stop: () => void, work: () => Promise<T>): Promise<T> {
    while (this.#current !== undefined) {
      this.#current.stop();
      await this.#current.ended;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#current = { stop, ended: promise };
    this.#usedAt = now;
    try {
      return await work();
    } finally {
      this.#current = undefined;
      resolve();
    }
  }

  /**
   * Adds bytes at the end.
   *
   * @throws Refusal when the chunk does not belong there, or is not what it promised to be; SampanError
   * `no-space`. The bytes that were written before that stay.
   */
  async append(content: AsyncIterable<Uint8Array>, chunk: Chunk): Promise<void> {
    if (chunk.from !== undefined && chunk.from !== this.#size) throw outOfOrder(this, chunk.from);
    const start = this.#size;
    const file = await open(this.path, 'r+').catch(error => {
      throw wrap('continuing an upload', error);
    });
    try {
      for await (const bytes of content) await this.#write(file, bytes, { ...chunk, start });
      if (chunk.size !== undefined && this.#size - start < chunk.size) throw wrongSize(chunk.size);
    } catch (error) {
      throw isSampanError(error) ? error : wrap('continuing an upload', error);
    } finally {
      await file.close();
    }
  }

  async #write(
    file: FileHandle,
    bytes: Uint8Array,
    chunk: Chunk & { readonly start: number },
  ): Promise<void> {
    if (this.#size + bytes.length > chunk.maxBytes) {
      throw new Refusal('SIZE_INVALID', `more than the ${chunk.maxBytes} bytes that are taken`, {
        status: 413,
      });
    }
    if (chunk.size !== undefined && this.#size + bytes.length - chunk.start > chunk.size) {
      this.#size = chunk.start;
      this.#hash = undefined;
      throw wrongSize(chunk.size);
    }
    for (let at = 0; at < bytes.length; ) {
      at += (await file.write(bytes, at, bytes.length - at, this.#size + at)).bytesWritten;
    }
    this.#hash?.state.update(bytes);
    this.#size += bytes.length;
  }

  /**
   * Flushes the file, which then has exactly the bytes of the digest.
   *
   * @throws Refusal `DIGEST_INVALID`.
   */
  async seal(digest: BlobDigest): Promise<void> {
    const file = await open(this.path, 'r+').catch(error => {
      throw wrap('ending an upload', error);
    });
    try {
      if ((await file.stat()).size !== this.#size) await file.truncate(this.#size);
      const got = await this.#digest(algorithmOf(digest));
      if (got !== digest) throw new Refusal('DIGEST_INVALID', `wanted ${digest}, got ${got}`);
      await file.sync();
    } catch (error) {
      throw isSampanError(error) ? error : wrap('ending an upload', error);
    } finally {
      await file.close();
    }
  }

  async #digest(algorithm: Algorithm): Promise<BlobDigest> {
    if (this.#hash?.algorithm === algorithm) return endHash(algorithm, this.#hash.state.copy());
    const hash = beginHash(algorithm);
    for await (const bytes of createReadStream(this.path, { highWaterMark: 1 << 19 })) hash.update(bytes);
    return endHash(algorithm, hash);
  }
}

function outOfOrder(upload: Upload, from: number): Refusal {
  return new Refusal('BLOB_UPLOAD_INVALID', `the chunk begins at ${from}, wanted ${upload.size}`, {
    status: 416,
  });
}

function wrongSize(size: number): Refusal {
  return new Refusal('SIZE_INVALID', `the chunk does not have the ${size} bytes that it promised`);
}
