import { closeSync, openSync, writeSync } from 'node:fs';
import { decodeName, encodeName, type Piece } from '../../../core/bytes/index.ts';
import { wrap } from '../../../core/errors/index.ts';
import { readSplit, type SplitLayer, workFile } from '../../../core/store/index.ts';
import { type ByteSpace, pieceSpace } from '../bytes/index.ts';

/** A space and what it needs until it is disposed. */
export interface OwnedSpace extends AsyncDisposable {
  readonly space: ByteSpace;
}

/**
 * The tar of a layer that Docker keeps unpacked. Names are held as bytes and headers in a temporary file: a
 * layer of a hundred thousand files takes a few megabytes of memory.
 */
export async function splitSpace(layer: SplitLayer, workDirectory: string): Promise<OwnedSpace> {
  const spool = await workFile(workDirectory);
  try {
    const table = new SplitTable(layer.files, spool.path);
    try {
      await readSplit(layer, record => table.add(record));
    } finally {
      table.close();
    }
    const space = table.space();
    return {
      space,
      [Symbol.asyncDispose]: async () => {
        space[Symbol.dispose]();
        await spool[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await spool[Symbol.asyncDispose]();
    throw error;
  }
}

const GATHER_BYTES = 1 << 18;

class SplitTable {
  readonly #files: string;
  readonly #spool: string;
  readonly #file: number;
  /** Where each piece begins in the tar. */
  #starts = new Float64Array(1024);
  /** Where its name begins among the names; for raw bytes, minus one less where they are in the spool. */
  #places = new Float64Array(1024);
  #count = 0;
  #size = 0;
  #names = Buffer.alloc(1 << 16);
  #namesSize = 0;
  #held: Buffer[] = [];
  #heldSize = 0;
  #spooled = 0;
  #lastIsRaw = false;

  constructor(files: string, spool: string) {
    this.#files = files;
    this.#spool = spool;
    try {
      this.#file = openSync(spool, 'wx', 0o600);
    } catch (error) {
      throw wrap(`writing ${spool}`, error);
    }
  }

  add(record: { readonly bytes: Buffer } | { readonly name: string; readonly size: number }): void {
    if ('bytes' in record) this.#addBytes(record.bytes);
    else {
      this.#begin(this.#addName(record.name));
      this.#size += record.size;
      this.#lastIsRaw = false;
    }
  }

  close(): void {
    try {
      this.#flush();
    } finally {
      closeSync(this.#file);
    }
  }

  space(): ByteSpace {
    const starts = this.#starts.slice(0, Math.max(this.#count, 1));
    const piece = (index: number): Piece => this.#piece(index, starts);
    return pieceSpace({ size: this.#size, starts, piece });
  }

  #piece(index: number, starts: Float64Array): Piece {
    const size = (starts[index + 1] ?? this.#size) - starts[index]!;
    const place = this.#places[index]!;
    if (place < 0) return { kind: 'file', path: this.#spool, offset: -place - 1, size };
    const end = this.#names.indexOf(0, place);
    return {
      kind: 'file',
      path: `${this.#files}/${decodeName(this.#names.subarray(place, end))}`,
      offset: 0,
      size,
    };
  }

  #addBytes(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (!this.#lastIsRaw) this.#begin(-this.#spooled - 1);
    this.#lastIsRaw = true;
    this.#size += bytes.length;
    this.#spooled += bytes.length;
    this.#held.push(bytes);
    this.#heldSize += bytes.length;
    if (this.#heldSize >= GATHER_BYTES) this.#flush();
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#held, this.#heldSize);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    } catch (error) {
      throw wrap(`writing ${this.#spool}`, error);
    }
    this.#held = [];
    this.#heldSize = 0;
  }

  #addName(name: string): number {
    const bytes = Buffer.concat([encodeName(name), Buffer.alloc(1)]);
    if (this.#namesSize + bytes.length > this.#names.length) {
      this.#names = Buffer.concat([this.#names, Buffer.alloc(this.#names.length + bytes.length)]);
    }
    this.#names.set(bytes, this.#namesSize);
    this.#namesSize += bytes.length;
    return this.#namesSize - bytes.length;
  }

  #begin(place: number): void {
    if (this.#count === this.#starts.length) {
      this.#starts = grown(this.#starts);
      this.#places = grown(this.#places);
    }
    this.#starts[this.#count] = this.#size;
    this.#places[this.#count] = place;
    this.#count += 1;
  }
}

function grown(array: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * 2);
  larger.set(array);
  return larger;
}
