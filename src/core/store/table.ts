import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, digestOf, hexOf, writeAtomically } from '../bytes/index.ts';
import type { TarEntry, TarType } from '../tar/index.ts';
import type { Cancel } from './port.ts';

/** Changed whenever the entries are read or written in another way: older tables are made anew. */
const VERSION = 1;
const MAX_BYTES = 1 << 30;

const TYPES: readonly TarType[] = ['file', 'hardlink', 'symlink', 'character', 'block', 'directory', 'fifo'];

type Row = readonly [
  type: number,
  path: string,
  linkPath: string,
  size: number,
  mode: number,
  uid: number,
  gid: number,
  userName: string,
  groupName: string,
  mtime: number,
  major: number,
  minor: number,
  headerOffset: number,
  contentOffset: number,
  storedSize: number,
  xattrs: readonly (readonly [string, string])[] | 0,
  sparse: readonly (readonly [number, number])[] | 0,
  exactMtime: string | 0,
];

/** What a row keeps. Does not compile when entries get another member: rows and the version change then too. */
const KEPT: Readonly<Record<keyof TarEntry, true>> = {
  type: true,
  path: true,
  linkPath: true,
  size: true,
  mode: true,
  uid: true,
  gid: true,
  userName: true,
  groupName: true,
  mtime: true,
  exactMtime: true,
  major: true,
  minor: true,
  xattrs: true,
  headerOffset: true,
  contentOffset: true,
  storedSize: true,
  sparse: true,
};

/**
 * The remembered entries of a layer; absent when there are none, or they are of another version or broken.
 * The file is a line that names the layer and the digest of the rest, and the rest: rows in JSON.
 */
export async function readTable(directory: string, layer: Digest): Promise<readonly TarEntry[] | undefined> {
  const bytes = await readFile(join(directory, hexOf(layer))).catch(() => undefined);
  if (bytes === undefined || bytes.length > MAX_BYTES) return undefined;
  const end = bytes.indexOf(10);
  const rows = bytes.subarray(end + 1);
  if (end < 0 || bytes.toString('latin1', 0, end) !== head(layer, rows)) return undefined;
  return JSON.parse(rows.toString('utf8')).map(entryOf);
}

function head(layer: Digest, rows: Buffer): string {
  return `sampan-table ${VERSION}.${Object.keys(KEPT).length} ${layer} ${digestOf(rows)}`;
}

/** Remembers the entries of a layer. */
export async function writeTable(
  directory: string,
  layer: Digest,
  options: Cancel & { readonly entries: readonly TarEntry[] },
): Promise<void> {
  const rows = Buffer.from(JSON.stringify(options.entries.map(rowOf)));
  const write = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`${head(layer, rows)}\n`);
    yield rows;
  };
  await writeAtomically(join(directory, hexOf(layer)), write(), options);
}

function rowOf(entry: TarEntry): Row {
  return [
    TYPES.indexOf(entry.type),
    entry.path,
    entry.linkPath,
    entry.size,
    entry.mode,
    entry.uid,
    entry.gid,
    entry.userName,
    entry.groupName,
    entry.mtime,
    entry.major,
    entry.minor,
    entry.headerOffset,
    entry.contentOffset,
    entry.storedSize,
    entry.xattrs === undefined
      ? 0
      : [...entry.xattrs].map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
    entry.sparse === undefined ? 0 : entry.sparse.map(run => [run.offset, run.size]),
    entry.exactMtime ?? 0,
  ];
}

function entryOf(row: Row): TarEntry {
  const [type, path, linkPath, size, mode, uid, gid, userName, groupName, mtime, major, minor] = row;
  const [, , , , , , , , , , , , headerOffset, contentOffset, storedSize, xattrs, sparse, exactMtime] = row;
  return {
    type: TYPES[type] ?? 'file',
    path,
    linkPath,
    size,
    mode,
    uid,
    gid,
    userName,
    groupName,
    mtime,
    major,
    minor,
    headerOffset,
    contentOffset,
    storedSize,
    ...(xattrs === 0
      ? {}
      : {
          xattrs: new Map(
            xattrs.map(([name, value]) => [name, Uint8Array.from(Buffer.from(value, 'base64'))]),
          ),
        }),
    ...(exactMtime === 0 ? {} : { exactMtime }),
    ...(sparse === 0 ? {} : { sparse: sparse.map(([offset, length]) => ({ offset, size: length })) }),
  };
}
