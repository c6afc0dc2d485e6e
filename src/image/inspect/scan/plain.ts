import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { SampanError, wrap } from '../../../core/errors/index.ts';
import { BLOCK, MAX_ENTRIES, type TarEntry, TarReader } from '../../../core/tar/index.ts';
import { ColumnWriter, type LayerScan } from './columns.ts';
import { addEntry } from './entry.ts';
import { addPlainHeader, FLAG_AT, isGlobal, isSummed, isZero } from './header.ts';

/** Small files are read over: a larger step would copy contents, a smaller one costs calls. */
const WINDOW_BYTES = 8 << 10;
/** What an entry of an image takes at least, on average: most have more. */
const ENTRY_BYTES = 8 << 10;
/** Global extended headers that one layer may have; builders write at most one. */
const MAX_GLOBAL_BYTES = 64 << 10;

/** A plain tar that is a range of a file. */
export interface PlainTar {
  readonly path: string;
  readonly offset: number;
  readonly size: number;
}

/**
 * The entries of a plain tar. Only headers are read, whatever the size of the files. Headers without extensions are
 * read here, because most are; {@link TarReader} reads the others.
 *
 * @throws SampanError `invalid` when it is not a tar or is truncated, `limit`, or the error of the system.
 */
export function scanPlainTar(tar: PlainTar, limits: { readonly maxEntries?: number } = {}): LayerScan {
  const file = open(tar.path);
  try {
    const { size } = fstatSync(file);
    if (tar.offset + tar.size > size) {
      throw new SampanError(
        'invalid',
        `the archive is truncated: ${size} bytes, wanted ${tar.offset + tar.size}`,
      );
    }
    return new Scanner(file, tar).scan(limits.maxEntries ?? MAX_ENTRIES);
  } catch (error) {
    throw wrap(`reading ${tar.path}`, error);
  } finally {
    closeSync(file);
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw wrap(`reading ${path}`, error);
  }
}

class Scanner {
  readonly #file: number;
  readonly #tar: PlainTar;
  readonly #writer: ColumnWriter;
  readonly #window = Buffer.allocUnsafeSlow(WINDOW_BYTES);
  readonly #words = new Int32Array(this.#window.buffer, 0, WINDOW_BYTES / 4);
  #start = 0;
  #end = 0;
  #globals: Buffer[] = [];

  constructor(file: number, tar: PlainTar) {
    this.#file = file;
    this.#tar = tar;
    this.#writer = new ColumnWriter(Math.ceil(tar.size / ENTRY_BYTES));
  }

  scan(maxEntries: number): LayerScan {
    const { size } = this.#tar;
    let at = 0;
    while (at < size) {
      const place = this.#place(at);
      if (isZero(this.#words, place)) return this.#writer.finish(size);
      if (this.#writer.count >= maxEntries) {
        throw new SampanError('limit', `tar: more than ${maxEntries} entries`);
      }
      at = this.#entry(at, place);
    }
    if (at > size) throw truncated(size);
    return this.#writer.finish(size);
  }

  /** Where in the window the block at `at` is. */
  #place(at: number): number {
    if (at < this.#start || at + BLOCK > this.#end) {
      const wanted = Math.min(WINDOW_BYTES, this.#tar.size - at);
      const got = readSync(this.#file, this.#window, 0, wanted, this.#tar.offset + at);
      if (got < BLOCK) throw truncated(at + got);
      this.#start = at;
      this.#end = at + got;
    }
    return at - this.#start;
  }

  /** Takes the entry whose first header is at `at`, and says where the next one is. */
  #entry(at: number, place: number): number {
    if (this.#globals.length === 0 && isSummed(this.#words, place, this.#window)) {
      const writer = this.#writer;
      if (addPlainHeader(writer, this.#window, { place, offset: at + BLOCK })) {
        const size = writer.size[writer.count - 1]!;
        return at + BLOCK + Math.ceil(size / BLOCK) * BLOCK;
      }
    }
    return this.#extended(at, isGlobal(this.#window[place + FLAG_AT]!));
  }

  #extended(at: number, startsGlobal: boolean): number {
    let found: TarEntry | undefined;
    const reader = new TarReader({
      entry: entry => {
        found = entry;
      },
    });
    for (const block of this.#globals) reader.write(block);
    const before = this.#globals.length * BLOCK;
    let next = at;
    while (found === undefined) {
      if (next >= this.#tar.size) {
        if (startsGlobal) return next;
        throw truncated(next);
      }
      const place = this.#place(next);
      // Zeros after a header that belongs to no entry: the archive ends here.
      if (startsGlobal && isZero(this.#words, place)) return next;
      reader.write(this.#window.subarray(place, place + BLOCK));
      next += BLOCK;
    }
    if (startsGlobal) this.#keepGlobals(at, next);
    const offset = found.contentOffset - before + at;
    addEntry(this.#writer, found, offset);
    return offset + Math.ceil(found.storedSize / BLOCK) * BLOCK;
  }

  /** A global header is in force from here on: every later entry is read with it. */
  #keepGlobals(from: number, to: number): void {
    const place = this.#place(from);
    const size = Number.parseInt(this.#window.toString('latin1', place + 124, place + 136), 8);
    const bytes = BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (!(bytes <= to - from) || this.#globals.length * BLOCK + bytes > MAX_GLOBAL_BYTES) {
      throw new SampanError('limit', `tar: global headers of more than ${MAX_GLOBAL_BYTES} bytes`);
    }
    for (let at = from; at < from + bytes; at += BLOCK) {
      const held = this.#place(at);
      this.#globals.push(Buffer.from(this.#window.subarray(held, held + BLOCK)));
    }
  }
}

function truncated(at: number): SampanError {
  return new SampanError('invalid', `tar: the archive is truncated at byte ${at}`);
}
