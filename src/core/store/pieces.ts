import { type Content, type Digest, EMPTY, type Piece } from '../bytes/index.ts';
import { SampanError } from '../errors/index.ts';
import { type TarEntry, type TarLimits, TarReader } from '../tar/index.ts';
import { digestInThread } from './hashing.ts';
import type { Cancel, LocalLayer } from './port.ts';

/** The entries of a tar that is made of headers in memory and whole files on disk. */
export interface IndexedPieces {
  readonly entries: readonly TarEntry[];
  /** The file of an entry by its `contentOffset`. */
  readonly files: ReadonlyMap<number, Piece>;
}

/**
 * Reads the headers of a tar whose content is files of this machine; the files are not read.
 *
 * @throws SampanError `invalid` when the pieces are no tar, `unsupported` for sparse files, `limit`.
 */
export function indexPieces(tar: Content, limits: TarLimits = {}): IndexedPieces {
  const entries: TarEntry[] = [];
  const files = new Map<number, Piece>();
  const reader = new TarReader({ entry: entry => entries.push(entry) }, limits);
  let at = 0;
  for (const piece of tar.pieces) {
    if (piece.kind === 'bytes') reader.write(piece.bytes);
    else {
      checkPlace(entries.at(-1), at, piece.size);
      reader.skip(piece.size);
      files.set(at, piece);
    }
    at += piece.size;
  }
  reader.end();
  return { entries, files };
}

function checkPlace(entry: TarEntry | undefined, at: number, size: number): void {
  if (entry?.sparse !== undefined) {
    throw new SampanError('unsupported', `${entry.path}: a sparse file`);
  }
  if (entry === undefined || entry.contentOffset !== at || entry.storedSize !== size) {
    throw new SampanError('invalid', `a file of ${size} bytes is not where a header says`);
  }
}

/** A layer of pieces. `tar` gives the whole of it again, for verifying. */
export function layerOfPieces(
  diffId: Digest,
  indexed: IndexedPieces,
  tar: () => Promise<Content>,
): LocalLayer {
  return {
    diffId,
    entries: indexed.entries,
    content: entry => contentOfEntry(indexed.files, entry),
    verify: async (options: Cancel = {}) => {
      const got = await digestInThread(await tar(), options);
      if (got !== diffId) throw new SampanError('integrity', `layer ${diffId}: its files give ${got}`);
    },
  };
}

function contentOfEntry(files: ReadonlyMap<number, Piece>, entry: TarEntry): Content {
  if (entry.size === 0) return EMPTY;
  const piece = files.get(entry.contentOffset);
  if (piece === undefined) throw new SampanError('internal', `${entry.path}: no content in this layer`);
  return { size: piece.size, pieces: [piece] };
}
