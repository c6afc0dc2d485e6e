import { closeSync, openSync, readSync } from 'node:fs';
import { type Content, EMPTY, type Piece, systemPath } from '../../../core/bytes/index.ts';
import { SampanError, wrap } from '../../../core/errors/index.ts';

/** Contents up to this size are read in one call when they are wanted. */
const SMALL_BYTES = 128 << 10;

/** Reads ranges of files that stay open: an image has many small files, and few archives. */
export class OpenFiles implements Disposable {
  readonly #files = new Map<string, number>();

  /**
   * At most `size` bytes from `offset` on.
   *
   * @throws SampanError `integrity` when the file ends before them, or the error of the system.
   */
  read(path: string, offset: number, size: number): Buffer {
    const bytes = Buffer.allocUnsafe(size);
    const got = readSync(this.#open(path), bytes, 0, size, offset);
    if (got === size) return bytes;
    throw new SampanError('integrity', `${path}: ended at byte ${offset + got}, wanted ${offset + size}`);
  }

  #open(path: string): number {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    try {
      const file = openSync(systemPath(path), 'r');
      this.#files.set(path, file);
      return file;
    } catch (error) {
      throw wrap(`reading ${path}`, error);
    }
  }

  [Symbol.dispose](): void {
    for (const file of this.#files.values()) closeSync(file);
    this.#files.clear();
  }
}

/** A range of a file; a small one is read when its pieces are asked for, through a file that is open already. */
export function rangeContent(
  files: OpenFiles,
  tar: { readonly path: string; readonly offset: number },
  range: { readonly offset: number; readonly size: number },
): Content {
  const { size } = range;
  if (size === 0) return EMPTY;
  const offset = tar.offset + range.offset;
  if (size > SMALL_BYTES) return { size, pieces: [{ kind: 'file', path: tar.path, offset, size }] };
  return {
    size,
    get pieces(): readonly Piece[] {
      return [{ kind: 'bytes', bytes: files.read(tar.path, offset, size), size }];
    },
  };
}

/** What the first and the last read of an ELF file want. */
const ENDS_BYTES = 16 << 10;

/** As {@link rangeContent}, with both ends of a large one in memory: that is where programs describe themselves. */
export function programContent(
  files: OpenFiles,
  tar: { readonly path: string; readonly offset: number },
  range: { readonly offset: number; readonly size: number },
): Content {
  const { offset, size } = range;
  if (size <= 2 * ENDS_BYTES) return rangeContent(files, tar, range);
  const head = files.read(tar.path, tar.offset + offset, ENDS_BYTES);
  const tail = files.read(tar.path, tar.offset + offset + size - ENDS_BYTES, ENDS_BYTES);
  const middle = { kind: 'file', path: tar.path, offset: tar.offset + offset + ENDS_BYTES } as const;
  return {
    size,
    pieces: [
      { kind: 'bytes', bytes: head, size: ENDS_BYTES },
      { ...middle, size: size - 2 * ENDS_BYTES },
      { kind: 'bytes', bytes: tail, size: ENDS_BYTES },
    ],
  };
}
