import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type Content, type Piece, sliceContent } from '../bytes/index.ts';
import { truncated, wrap } from '../errors/index.ts';
import type { TarEntry } from './entry.ts';
import { type TarLimits, TarReader } from './reader.ts';

const WINDOW_BYTES = 64 << 10;

/**
 * The entries of a plain tar that is a range of a file, in the order of the archive. Only headers are
 * read: content is passed over, whatever its size. Offsets count from the start of the range.
 *
 * @throws SampanError `invalid` when it is not a tar or is truncated, `limit`, or the error of the system.
 */
export function indexTar(
  tar: { readonly path: string; readonly offset: number; readonly size: number },
  limits: TarLimits = {},
): TarEntry[] {
  const entries: TarEntry[] = [];
  let skipTo = 0;
  const sink = {
    entry(entry: TarEntry): void {
      entries.push(entry);
      skipTo = entry.contentOffset + entry.storedSize;
    },
  };
  const reader = new TarReader(sink, limits);
  const file = openTar(tar.path);
  try {
    checkInside(file, tar);
    const window = Buffer.allocUnsafe(WINDOW_BYTES);
    let at = 0;
    while (at < tar.size) {
      const got = readSync(file, window, 0, Math.min(WINDOW_BYTES, tar.size - at), tar.offset + at);
      if (got === 0) break;
      reader.write(window.subarray(0, got));
      at += got;
      if (skipTo > at) {
        const to = Math.min(skipTo, tar.size);
        reader.skip(to - at);
        at = to;
      }
    }
    reader.end();
    return entries;
  } catch (error) {
    throw wrap(`reading ${tar.path}`, error);
  } finally {
    closeSync(file);
  }
}

function openTar(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw wrap(`reading ${path}`, error);
  }
}

function checkInside(file: number, tar: { readonly offset: number; readonly size: number }): void {
  const { size } = fstatSync(file);
  if (tar.offset + tar.size > size) {
    throw truncated(`the archive is truncated: ${size} bytes, wanted ${tar.offset + tar.size}`);
  }
}

/** The bytes of an entry, holes filled with zeros, where the archive itself is `tar`. */
export function tarContent(entry: TarEntry, tar: Content): Content {
  if (entry.size === 0) return { size: 0, pieces: [] };
  const stored = sliceContent(tar, entry.contentOffset, entry.contentOffset + entry.storedSize);
  return entry.sparse === undefined ? stored : withHoles(entry, stored);
}

function withHoles(entry: TarEntry, stored: Content): Content {
  const pieces: Piece[] = [];
  let at = 0;
  let from = 0;
  for (const run of entry.sparse ?? []) {
    if (run.offset > at) pieces.push({ kind: 'zeros', size: run.offset - at });
    pieces.push(...sliceContent(stored, from, from + run.size).pieces);
    from += run.size;
    at = run.offset + run.size;
  }
  if (entry.size > at) pieces.push({ kind: 'zeros', size: entry.size - at });
  return { size: entry.size, pieces };
}
