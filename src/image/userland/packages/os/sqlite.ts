import { SampanError } from '../../../../core/errors/index.ts';

/** A value of a row; numbers that rpm does not write are left out as undefined. */
export type SqliteValue = number | string | Buffer | undefined;

const MAGIC = 'SQLite format 3\0';
const INTERIOR = 5;
const LEAF = 13;
const MAX_ROWS = 200_000;
const MAX_VALUE_BYTES = 64 << 20;

/**
 * The rows of a table of a SQLite database, in the order of their numbers (Database File Format, sections 1.5, 1.6
 * and 2.1). Reads what rpm writes: tables with a row number, text as UTF-8, whole numbers. No write-ahead log is read.
 *
 * @throws SampanError `invalid` for a broken database, `limit`.
 */
export function sqliteRows(file: Buffer, table: string): readonly (readonly SqliteValue[])[] {
  if (file.length < 100 || file.toString('latin1', 0, 16) !== MAGIC) throw broken('it begins otherwise');
  if (file.readUInt32BE(28) * pageSize(file) > file.length) throw broken('it is cut off');
  const schema = rowsBelow(file, 1).find(([kind, name]) => kind === 'table' && name === table);
  const root = schema?.[3];
  return typeof root === 'number' ? rowsBelow(file, root) : [];
}

function broken(why: string): SampanError {
  return new SampanError('invalid', `not a sound SQLite database: ${why}`);
}

interface Page {
  readonly bytes: Buffer;
  /** Where the header of the tree begins. */
  readonly at: number;
  /** Bytes of a page that are used. */
  readonly usable: number;
}

function pageAt(file: Buffer, number: number): Page {
  const size = pageSize(file);
  const usable = size - file.readUInt8(20);
  if (size < 512 || (size & (size - 1)) !== 0 || usable < 480) throw broken(`pages of ${size} bytes`);
  const bytes = file.subarray((number - 1) * size, number * size);
  if (number < 1 || bytes.length < size) throw broken(`there is no page ${number}`);
  return { bytes, at: number === 1 ? 100 : 0, usable };
}

function pageSize(file: Buffer): number {
  const size = file.readUInt16BE(16);
  return size === 1 ? 65536 : size;
}

function rowsBelow(file: Buffer, root: number): SqliteValue[][] {
  const rows: SqliteValue[][] = [];
  const seen = new Set<number>();
  const todo = [root];
  let size = 0;
  for (let number = todo.pop(); number !== undefined; number = todo.pop()) {
    if (seen.has(number)) throw broken(`page ${number} is in the tree twice`);
    seen.add(number);
    const page = pageAt(file, number);
    const kind = page.bytes[page.at];
    const cells = cellsOf(page, kind === INTERIOR ? 12 : 8);
    if (kind === LEAF) {
      const payloads = cells.map(cell => payloadOf(file, page, cell));
      for (const payload of payloads) rows.push(recordOf(payload));
      size += payloads.reduce((sum, payload) => sum + payload.length, 0);
    }
    if (kind === INTERIOR) {
      todo.push(page.bytes.readUInt32BE(page.at + 8));
      for (const cell of cells.reverse()) todo.push(uint32At(page.bytes, cell));
    }
    if (kind !== LEAF && kind !== INTERIOR) throw broken(`page ${number} is not of a table`);
    // Rows may claim the same pages.
    if (size > file.length) throw broken('its rows are larger than it');
    if (rows.length > MAX_ROWS) throw new SampanError('limit', `a table has more than ${MAX_ROWS} rows`);
  }
  return rows;
}

function cellsOf({ bytes, at }: Page, headerBytes: number): number[] {
  const count = bytes.readUInt16BE(at + 3);
  if (at + headerBytes + count * 2 > bytes.length) throw broken(`${count} cells in a page`);
  return Array.from({ length: count }, (_, i) => bytes.readUInt16BE(at + headerBytes + i * 2));
}

function uint32At(bytes: Buffer, at: number): number {
  if (at + 4 > bytes.length) throw broken('a number beyond its page');
  return bytes.readUInt32BE(at);
}

/** The bytes of a row: those in the page, and those in the pages that it overflows to. */
function payloadOf(file: Buffer, { bytes, usable }: Page, cell: number): Buffer {
  const length = varintAt(bytes, cell);
  const key = varintAt(bytes, length.next);
  if (length.value > MAX_VALUE_BYTES || length.value > file.length) throw broken('a row beyond the file');
  const most = usable - 35;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const spread = least + ((length.value - least) % (usable - 4));
  const local = length.value <= most ? length.value : spread <= most ? spread : least;
  const parts = [bytes.subarray(key.next, key.next + local)];
  let left = length.value - local;
  // Each takes from what is left, so a circle of pages ends too.
  for (let next = left > 0 ? uint32At(bytes, key.next + local) : 0; left > 0; ) {
    const page = pageAt(file, next).bytes;
    parts.push(page.subarray(4, 4 + Math.min(left, usable - 4)));
    left -= usable - 4;
    next = page.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

function recordOf(record: Buffer): SqliteValue[] {
  const header = varintAt(record, 0);
  const values: SqliteValue[] = [];
  let at = header.value;
  for (let next = header.next; next < header.value; ) {
    const type = varintAt(record, next);
    next = type.next;
    const size = sizeOf(type.value);
    if (at + size > record.length) throw broken('a value beyond its row');
    values.push(readValue(type.value, record.subarray(at, at + size)));
    at += size;
  }
  return values;
}

const SIZES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

function sizeOf(type: number): number {
  return type < 12 ? (SIZES[type] ?? 0) : Math.floor((type - 12) / 2);
}

function readValue(type: number, bytes: Buffer): SqliteValue {
  if (type >= 12) return type % 2 === 0 ? bytes : bytes.toString('utf8');
  if (type >= 1 && type <= 5) return bytes.readIntBE(0, bytes.length);
  return type === 8 ? 0 : type === 9 ? 1 : undefined;
}

/** Nothing that is read here needs more than six bytes of seven bits: what has more is refused as too large. */
function varintAt(bytes: Buffer, at: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let i = 0; i < 9; i += 1) {
    const byte = bytes[at + i];
    if (byte === undefined) throw broken('a number beyond its page');
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, next: at + i + 1 };
  }
  return { value: Number.MAX_SAFE_INTEGER, next: at + 9 };
}
