import { type Content, EMPTY, joinContent, sliceContent } from '../../../core/bytes/index.ts';
import type { SparseRun } from '../../../core/tar/index.ts';
import type { LayerScan, PlainTar } from '../scan/index.ts';
import { MAX_SOME_BYTES, someBytes } from './bytes.ts';
import type { LoadedLayer } from './layer.ts';
import { type OpenFiles, programContent, rangeContent } from './reader.ts';

type Reading = Pick<LoadedLayer, 'content' | 'program' | 'bytes'>;

/** What can be read where nothing is quicker than the content itself. */
export function powers(content: (row: number) => Content): Reading {
  return { content, program: content, bytes: (row, from, size) => someBytes(content(row), from, size) };
}

/** A layer in a plain file, which stays open: most files are small, and opening takes longer than reading. */
export function ofFile(
  layer: Pick<LoadedLayer, 'descriptor' | 'diffId' | 'scan'>,
  { files, tar, plain }: { readonly files: OpenFiles; readonly tar: PlainTar; readonly plain: Content },
): LoadedLayer {
  const { scan } = layer;
  const general = powers(row => contentIn(plain, scan, row));
  const range = (row: number) => ({ offset: scan.offset[row]!, size: scan.size[row]! });
  return {
    ...layer,
    contents: 'whole',
    content: row => (scan.rare.has(row) ? general.content(row) : rangeContent(files, tar, range(row))),
    program: row => (scan.rare.has(row) ? general.content(row) : programContent(files, tar, range(row))),
    bytes: (row, from, size) => {
      if (scan.rare.has(row)) return general.bytes(row, from, size);
      const wanted = Math.max(0, Math.min(size, MAX_SOME_BYTES, scan.size[row]! - from));
      return files.read(tar.path, tar.offset + scan.offset[row]! + from, wanted);
    },
  };
}

/** The bytes of a file of a plain tar by its row, holes filled with zeros. */
export function contentIn(tar: Content, scan: LayerScan, row: number): Content {
  const size = scan.size[row]!;
  const start = scan.offset[row]!;
  const sparse = scan.rare.get(row)?.sparse;
  const stored = sliceContent(tar, start, start + (sparse?.stored ?? size));
  return sparse === undefined ? stored : withHoles(size, sparse.runs, stored);
}

function withHoles(size: number, runs: readonly SparseRun[], stored: Content): Content {
  const parts: Content[] = [];
  let at = 0;
  let from = 0;
  for (const run of runs) {
    parts.push(zeros(run.offset - at), sliceContent(stored, from, from + run.size));
    from += run.size;
    at = run.offset + run.size;
  }
  return joinContent([...parts, zeros(size - at)]);
}

function zeros(size: number): Content {
  return size <= 0 ? EMPTY : { size, pieces: [{ kind: 'zeros', size }] };
}
