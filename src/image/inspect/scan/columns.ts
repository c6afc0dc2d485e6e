import type { SparseRun, TarType } from '../../../core/tar/index.ts';

/** What the numbers of {@link LayerScan.type} stand for. */
export const TYPES: readonly TarType[] = [
  'file',
  'hardlink',
  'symlink',
  'character',
  'block',
  'directory',
  'fifo',
];

/** The places in {@link TYPES}. */
export const TYPE = {
  file: 0,
  hardlink: 1,
  symlink: 2,
  character: 3,
  block: 4,
  directory: 5,
  fifo: 6,
} as const satisfies Readonly<Record<TarType, number>>;

/** What few entries have. */
export interface Rare {
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
  /** Where the file has holes: its runs, and how many bytes are stored. */
  readonly sparse?: { readonly runs: readonly SparseRun[]; readonly stored: number };
  readonly device?: readonly [major: number, minor: number];
}

/**
 * The entries of a layer as columns, in the order of the archive: an image of a million files fits into memory
 * this way. Texts are raw bytes, one after the other, each ending where its `…End` says.
 */
export interface LayerScan {
  readonly count: number;
  readonly type: Uint8Array;
  /** Permission bits: 0 to 0o7777. */
  readonly mode: Uint16Array;
  /** The low 32 bits. */
  readonly uid: Uint32Array;
  readonly gid: Uint32Array;
  /** Seconds since 1970. */
  readonly mtime: Float64Array;
  /** In bytes, holes included; 0 for all but files. */
  readonly size: Float64Array;
  /** Where the content is in the plain tar. */
  readonly offset: Float64Array;
  /** CRC-32 of the content (as in gzip), where the layer was read anyway; otherwise all 0. */
  readonly checksum: Uint32Array;
  readonly paths: Uint8Array;
  readonly pathEnd: Uint32Array;
  /** Targets of hard and symbolic links. */
  readonly links: Uint8Array;
  readonly linkEnd: Uint32Array;
  readonly rare: ReadonlyMap<number, Rare>;
  /** The size of the plain tar, in bytes. */
  readonly plainBytes: number;
}

/** One entry, before its texts. */
export interface Row {
  readonly type: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly size: number;
  readonly offset: number;
}

const FIRST_ROWS = 1024;
/** Room that is not used costs nothing: the system gives memory when it is written to. */
const MOST_FIRST_ROWS = 1 << 17;
const BYTES_PER_ROW = 64;

/** Collects columns; they grow as rows come. */
export class ColumnWriter {
  count = 0;
  type: Uint8Array;
  mode: Uint16Array;
  uid: Uint32Array;
  gid: Uint32Array;
  mtime: Float64Array;
  size: Float64Array;
  offset: Float64Array;
  checksum: Uint32Array;
  pathEnd: Uint32Array;
  linkEnd: Uint32Array;
  paths: Uint8Array;
  links: Uint8Array;
  pathBytes = 0;
  linkBytes = 0;
  readonly rare = new Map<number, Rare>();

  /** `expected` rows are about what will come, where that is known: then nothing is copied to grow. */
  constructor(expected = FIRST_ROWS) {
    const rows = Math.max(FIRST_ROWS, Math.min(expected, MOST_FIRST_ROWS));
    this.type = new Uint8Array(rows);
    this.mode = new Uint16Array(rows);
    this.uid = new Uint32Array(rows);
    this.gid = new Uint32Array(rows);
    this.mtime = new Float64Array(rows);
    this.size = new Float64Array(rows);
    this.offset = new Float64Array(rows);
    this.checksum = new Uint32Array(rows);
    this.pathEnd = new Uint32Array(rows);
    this.linkEnd = new Uint32Array(rows);
    this.paths = new Uint8Array(rows * BYTES_PER_ROW);
    this.links = new Uint8Array(rows);
  }

  /** Begins a row; its path and link are what has been added to the bytes since the row before. */
  add(row: Row): void {
    if (this.count === this.type.length) this.#grow();
    const at = this.count;
    this.type[at] = row.type;
    this.mode[at] = row.mode;
    this.uid[at] = row.uid;
    this.gid[at] = row.gid;
    this.mtime[at] = row.mtime;
    this.size[at] = row.size;
    this.offset[at] = row.offset;
    this.pathEnd[at] = this.pathBytes;
    this.linkEnd[at] = this.linkBytes;
    this.count += 1;
  }

  /** Adds bytes to the path of the row to come, up to a NUL. */
  path(bytes: Uint8Array, from: number, to: number): void {
    if (this.pathBytes + to - from > this.paths.length) {
      this.paths = enlarged(this.paths, this.pathBytes + to - from);
    }
    const { paths } = this;
    let at = this.pathBytes;
    for (let i = from; i < to; i += 1) {
      const byte = bytes[i]!;
      if (byte === 0) break;
      paths[at++] = byte;
    }
    this.pathBytes = at;
  }

  /** Adds bytes to the link of the row to come, up to a NUL. */
  link(bytes: Uint8Array, from: number, to: number): void {
    if (this.linkBytes + to - from > this.links.length) {
      this.links = enlarged(this.links, this.linkBytes + to - from);
    }
    const { links } = this;
    let at = this.linkBytes;
    for (let i = from; i < to && bytes[i] !== 0; i += 1) links[at++] = bytes[i]!;
    this.linkBytes = at;
  }

  #grow(): void {
    const rows = this.count + 1;
    this.type = enlarged(this.type, rows);
    this.mode = enlarged(this.mode, rows);
    this.uid = enlarged(this.uid, rows);
    this.gid = enlarged(this.gid, rows);
    this.mtime = enlarged(this.mtime, rows);
    this.size = enlarged(this.size, rows);
    this.offset = enlarged(this.offset, rows);
    this.checksum = enlarged(this.checksum, rows);
    this.pathEnd = enlarged(this.pathEnd, rows);
    this.linkEnd = enlarged(this.linkEnd, rows);
  }

  /** What was collected; nothing may be added after. */
  finish(plainBytes: number): LayerScan {
    const { count } = this;
    return {
      count,
      type: this.type.subarray(0, count),
      mode: this.mode.subarray(0, count),
      uid: this.uid.subarray(0, count),
      gid: this.gid.subarray(0, count),
      mtime: this.mtime.subarray(0, count),
      size: this.size.subarray(0, count),
      offset: this.offset.subarray(0, count),
      checksum: this.checksum.subarray(0, count),
      pathEnd: this.pathEnd.subarray(0, count),
      linkEnd: this.linkEnd.subarray(0, count),
      paths: this.paths.subarray(0, this.pathBytes),
      links: this.links.subarray(0, this.linkBytes),
      rare: this.rare,
      plainBytes,
    };
  }
}

type Column = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

/** The same numbers in a column of at least `needed` places, with room for half as many more. */
export function enlarged<C extends Column>(column: C, needed: number): C {
  const length = Math.max(needed, Math.ceil(column.length * 1.5), 16);
  const larger = columnLike(column, length);
  larger.set(column);
  return larger;
}

function columnLike<C extends Column>(column: C, length: number): C {
  // A buffer of Node is a part of a larger one; its like would be too.
  const Kind = column instanceof Uint8Array ? Uint8Array : column.constructor;
  return new (Kind as new (length: number) => C)(length);
}
