import { SampanError } from '../errors/index.ts';
import type { SparseRun, TarEntry, TarType } from './entry.ts';
import { BLOCK, nameText, type RawHeader, readHeader } from './header.ts';
import { type PaxRecords, paxNumber, paxText, paxXattrs, readPax } from './pax.ts';
import { checkRuns, extensionRuns, MAX_SPARSE_RUNS, oldGnuRuns, paxSparse } from './sparse.ts';

/** What comes after a header block. */
export type AfterHeader =
  | { readonly next: 'extension'; readonly size: number }
  | { readonly next: 'sparse-block' }
  | { readonly next: 'sparse-map'; readonly storedSize: number }
  | { readonly next: 'entry'; readonly entry: TarEntry };

/** A long name or extended header may have at most this many bytes. */
const MAX_EXTENSION_BYTES = 4 << 20;
/** And all those of an archive together: entries are held in memory with their names and attributes. */
const MAX_EXTENSIONS_BYTES = 1 << 30;

const TYPES: Readonly<Record<string, TarType>> = {
  '0': 'file',
  '7': 'file',
  S: 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'character',
  '4': 'block',
  '5': 'directory',
  D: 'directory',
  '6': 'fifo',
};

const EXTENSIONS = 'xXgLK';
const NO_RECORDS: PaxRecords = new Map();

interface Pending {
  readonly header: RawHeader;
  readonly size: number;
  readonly runs: SparseRun[];
}

/**
 * Puts entries together from header blocks: long names, PAX records and sparse maps are applied. It reads
 * nothing itself; a reader hands it blocks and the bytes that it asks for.
 */
export class EntryAssembler {
  #globals: PaxRecords = NO_RECORDS;
  #records: PaxRecords = NO_RECORDS;
  #longName: string | undefined;
  #longLink: string | undefined;
  #extension = '';
  #extensionBytes = 0;
  #start = -1;
  #pending: Pending | undefined;

  /** Takes the header block at `at` of `bytes`, which is at `offset` in the archive. */
  header(bytes: Buffer, at: number, offset: number): AfterHeader {
    const header = readHeader(bytes, at);
    if (this.#start === -1) this.#start = offset;
    if (EXTENSIONS.includes(header.flag) || header.flag === 'V') return this.#beginExtension(header);
    if (header.flag !== 'S') return this.#plain(header, offset);
    const { runs, extended, size } = oldGnuRuns(bytes, at);
    this.#pending = { header, size, runs };
    return extended ? { next: 'sparse-block' } : this.#sparse(runs, offset + BLOCK);
  }

  #beginExtension(header: RawHeader): AfterHeader {
    if (header.size > MAX_EXTENSION_BYTES) {
      throw new SampanError(
        'limit',
        `tar: extended header of ${header.size} bytes, at most ${MAX_EXTENSION_BYTES}`,
      );
    }
    this.#extensionBytes += header.size;
    if (this.#extensionBytes > MAX_EXTENSIONS_BYTES) {
      throw new SampanError('limit', `tar: more than ${MAX_EXTENSIONS_BYTES} bytes of extended headers`);
    }
    this.#extension = header.flag;
    return { next: 'extension', size: header.size };
  }

  /** Takes the bytes of the long name or the records that were asked for. */
  extension(bytes: Buffer): void {
    switch (this.#extension) {
      case 'L':
        this.#longName = zeroEnded(bytes);
        return;
      case 'K':
        this.#longLink = zeroEnded(bytes);
        return;
      case 'g':
        this.#globals = new Map([...this.#globals, ...ownedRecords(bytes)]);
        this.#start = -1;
        return;
      case 'V':
        this.#start = -1;
        return;
      default:
        this.#records = ownedRecords(bytes);
    }
  }

  /** Takes a block of further runs of an old GNU sparse file. */
  sparseBlock(bytes: Buffer, at: number, offset: number): AfterHeader {
    const pending = this.#held();
    const { runs, extended } = extensionRuns(bytes, at);
    pending.runs.push(...runs);
    if (pending.runs.length > MAX_SPARSE_RUNS)
      throw new SampanError('limit', 'tar: too many runs in a sparse file');
    return extended ? { next: 'sparse-block' } : this.#sparse(pending.runs, offset + BLOCK);
  }

  /** Takes the map from the start of the content of a PAX 1.0 sparse file; `offset` is where its data begins. */
  sparseMap(runs: readonly SparseRun[], offset: number, bytesUsed: number): AfterHeader {
    return this.#sparse(runs, offset, bytesUsed);
  }

  #sparse(runs: readonly SparseRun[], contentOffset: number, bytesUsed = 0): AfterHeader {
    const { header, size } = this.#held();
    const storedSize = this.#sizeOf(header) - bytesUsed;
    const sparse = checkRuns(runs, size, storedSize);
    return this.#finish(header, { type: 'file', size, storedSize, contentOffset, sparse });
  }

  #held(): Pending {
    if (this.#pending === undefined) throw new SampanError('internal', 'tar: no sparse file was begun');
    return this.#pending;
  }

  #plain(header: RawHeader, offset: number): AfterHeader {
    const pax = this.#records.size + this.#globals.size > 0 ? paxSparse(this.#all()) : undefined;
    if (pax !== undefined) {
      this.#pending = { header, size: pax.size, runs: pax.runs ?? [] };
      if (pax.mapInContent) return { next: 'sparse-map', storedSize: this.#sizeOf(header) };
      return this.#sparse(this.#pending.runs, offset + BLOCK);
    }
    const type = this.#typeOf(header);
    const size = type === 'file' ? this.#sizeOf(header) : 0;
    return this.#finish(header, { type, size, storedSize: size, contentOffset: offset + BLOCK });
  }

  #typeOf(header: RawHeader): TarType {
    const type = TYPES[header.flag];
    if (type === undefined) {
      throw new SampanError('unsupported', `tar: ${header.name} is of type ${JSON.stringify(header.flag)}`);
    }
    return type === 'file' && this.#pathOf(header).endsWith('/') ? 'directory' : type;
  }

  #pathOf(header: RawHeader): string {
    return paxText(this.#records, 'path') ?? this.#longName ?? header.name;
  }

  #all(): PaxRecords {
    return this.#globals.size === 0 ? this.#records : new Map([...this.#globals, ...this.#records]);
  }

  #sizeOf(header: RawHeader): number {
    const size = paxNumber(this.#records, 'size') ?? header.size;
    if (size >= 0 && Number.isInteger(size)) return size;
    throw new SampanError('invalid', `tar: ${header.name} has a size of ${size} bytes`);
  }

  #finish(header: RawHeader, found: Found): AfterHeader {
    const records = this.#all();
    const entry =
      records.size === 0 ? this.#bare(header, found) : withRecords(this.#bare(header, found), records);
    if (entry.path.includes('\0') || entry.linkPath.includes('\0')) {
      throw new SampanError(
        'invalid',
        `tar: a name with a NUL byte: ${JSON.stringify(entry.path.slice(0, 80))}`,
      );
    }
    this.#records = NO_RECORDS;
    this.#longName = undefined;
    this.#longLink = undefined;
    this.#pending = undefined;
    this.#start = -1;
    return { next: 'entry', entry };
  }

  #bare(header: RawHeader, found: Found): TarEntry {
    const link = found.type === 'hardlink' || found.type === 'symlink';
    return {
      type: found.type,
      path: this.#longName ?? header.name,
      linkPath: link ? (this.#longLink ?? header.linkName) : '',
      size: found.size,
      mode: header.mode & 0o7777,
      uid: header.uid,
      gid: header.gid,
      userName: header.userName,
      groupName: header.groupName,
      mtime: header.mtime,
      major: header.major,
      minor: header.minor,
      headerOffset: this.#start,
      contentOffset: found.contentOffset,
      storedSize: found.storedSize,
      ...(found.sparse === undefined ? {} : { sparse: found.sparse }),
    };
  }
}

interface Found {
  readonly type: TarType;
  readonly size: number;
  readonly storedSize: number;
  readonly contentOffset: number;
  readonly sparse?: readonly SparseRun[];
}

function withRecords(entry: TarEntry, records: PaxRecords): TarEntry {
  const xattrs = paxXattrs(records);
  const mtime = paxNumber(records, 'mtime') ?? entry.mtime;
  const exactMtime = Number.isInteger(mtime) ? undefined : paxText(records, 'mtime');
  const link = entry.linkPath === '' ? '' : (paxText(records, 'linkpath') ?? entry.linkPath);
  return {
    ...entry,
    path: paxText(records, 'GNU.sparse.name') ?? paxText(records, 'path') ?? entry.path,
    linkPath: link,
    uid: paxNumber(records, 'uid') ?? entry.uid,
    gid: paxNumber(records, 'gid') ?? entry.gid,
    userName: paxText(records, 'uname') ?? entry.userName,
    groupName: paxText(records, 'gname') ?? entry.groupName,
    mtime,
    ...(exactMtime === undefined ? {} : { exactMtime }),
    ...(xattrs === undefined ? {} : { xattrs }),
  };
}

function ownedRecords(bytes: Buffer): PaxRecords {
  return readPax(Buffer.from(bytes));
}

function zeroEnded(bytes: Buffer): string {
  const zero = bytes.indexOf(0);
  return nameText(bytes, 0, zero === -1 ? bytes.length : zero);
}
