import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, finishDigest, startDigest } from '../../../core/bytes/index.ts';
import { wrap } from '../../../core/errors/index.ts';
import type { TarEntry, TarSink } from '../../../core/tar/index.ts';

const MAGIC_BYTES = 4;
const ZSTD_MAGIC = 0xfd2fb528;
const GZIP_MAGIC = 0x8b1f;

/** A file that is written as it comes. */
export class LayerFile {
  readonly path: string;
  readonly #hash = startDigest();
  #file: number | undefined;
  #digest: Digest | undefined;
  #head = 0;
  #size = 0;

  constructor(path: string) {
    this.path = path;
    try {
      this.#file = openSync(path, 'wx', 0o600);
    } catch (error) {
      throw wrap(`writing ${path}`, error);
    }
  }

  /** Whether what was written is compressed, with gzip or zstd. */
  get isPacked(): boolean {
    return this.#head === ZSTD_MAGIC || (this.#head & 0xffff) === GZIP_MAGIC;
  }

  /** Of all that was written. Nothing more can be written then. */
  get digest(): Digest {
    this.#digest ??= finishDigest(this.#hash);
    return this.#digest;
  }

  /** Adds a chunk. @throws SampanError `no-space`, or another of the system. */
  write(chunk: Uint8Array): void {
    for (let i = 0; i < chunk.length && this.#size + i < MAGIC_BYTES; i += 1) {
      this.#head = (this.#head | (chunk[i]! << (8 * (this.#size + i)))) >>> 0;
    }
    this.#size += chunk.length;
    this.#hash.update(chunk);
    try {
      for (let at = 0; at < chunk.length; ) at += writeSync(this.#file ?? -1, chunk, at);
    } catch (error) {
      throw wrap(`writing ${this.path}`, error);
    }
  }

  /** The bytes that were written. */
  read(): AsyncIterable<Uint8Array> {
    return createReadStream(this.path);
  }

  /** Idempotent. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

/** Writes the files of an archive that may be wanted layers: by their size, or because they are compressed. */
export class LayerFilter implements TarSink {
  readonly #directory: string;
  readonly #sizes: ReadonlySet<number>;
  #count = 0;
  #open: LayerFile | undefined;
  #head: Buffer | undefined;
  #whole: LayerFile[] = [];

  constructor(directory: string, sizes: ReadonlySet<number>) {
    this.#directory = directory;
    this.#sizes = sizes;
  }

  entry(entry: TarEntry): void {
    this.end();
    if (entry.type !== 'file' || entry.storedSize < MAGIC_BYTES) return;
    if (this.#sizes.has(entry.storedSize)) this.#open = this.#begin();
    else this.#head = Buffer.alloc(0);
  }

  content(chunk: Uint8Array): void {
    this.#open?.write(chunk);
    if (this.#open !== undefined || this.#head === undefined) return;
    const head = Buffer.concat([this.#head, chunk]);
    this.#head = head;
    if (head.length < MAGIC_BYTES) return;
    this.#head = undefined;
    const isPacked = head.readUInt32LE(0) === ZSTD_MAGIC || head.readUInt16LE(0) === GZIP_MAGIC;
    if (!isPacked) return;
    this.#open = this.#begin();
    this.#open.write(head);
  }

  /** Ends the file that is open. */
  end(): void {
    this.#open?.close();
    if (this.#open !== undefined) this.#whole.push(this.#open);
    this.#open = this.#head = undefined;
  }

  /** The files that became whole since this was asked last. */
  take(): readonly LayerFile[] {
    return this.#whole.splice(0);
  }

  /** Closes what is open. Idempotent. */
  close(): void {
    this.#open?.close();
  }

  #begin(): LayerFile {
    this.#count += 1;
    return new LayerFile(join(this.#directory, `${this.#count}.part`));
  }
}
