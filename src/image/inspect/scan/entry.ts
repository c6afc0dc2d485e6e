import { encodeName } from '../../../core/bytes/index.ts';
import type { TarEntry } from '../../../core/tar/index.ts';
import { type ColumnWriter, TYPE } from './columns.ts';

/** Adds an entry that was read elsewhere; `offset` is where its content is in the plain tar. */
export function addEntry(writer: ColumnWriter, entry: TarEntry, offset = entry.contentOffset): void {
  const path = encodeName(entry.path);
  writer.path(path, 0, path.length);
  if (entry.linkPath !== '') {
    const link = encodeName(entry.linkPath);
    writer.link(link, 0, link.length);
  }
  const isDevice = entry.type === 'character' || entry.type === 'block';
  if (entry.xattrs !== undefined || entry.sparse !== undefined || isDevice) {
    writer.rare.set(writer.count, {
      ...(entry.xattrs === undefined ? {} : { xattrs: entry.xattrs }),
      ...(entry.sparse === undefined ? {} : { sparse: { runs: entry.sparse, stored: entry.storedSize } }),
      ...(isDevice ? { device: [entry.major, entry.minor] as const } : {}),
    });
  }
  writer.add({
    type: TYPE[entry.type],
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    mtime: entry.mtime,
    size: entry.size,
    offset,
  });
}
