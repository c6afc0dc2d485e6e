import { SampanError } from '../errors/index.ts';
import { nameText } from './header.ts';

/** Records of an extended header: keyword to raw value. */
export type PaxRecords = ReadonlyMap<string, Buffer>;

const MAX_LENGTH_DIGITS = 9;
const SPACE = 0x20;
const EQUALS = 0x3d;
const NEWLINE = 0x0a;

/**
 * Reads `LENGTH KEYWORD=VALUE\n` records (POSIX.1-2017 pax, "pax Extended Header").
 *
 * @throws SampanError `invalid` when a record is not one.
 */
export function readPax(bytes: Buffer): PaxRecords {
  const records = new Map<string, Buffer>();
  let at = 0;
  while (at < bytes.length && bytes[at] !== 0) {
    const space = bytes.indexOf(SPACE, at);
    const length =
      space === -1 || space - at > MAX_LENGTH_DIGITS
        ? Number.NaN
        : Number(bytes.toString('latin1', at, space));
    const end = at + length;
    if (!Number.isInteger(length) || end > bytes.length || end <= space + 1 || bytes[end - 1] !== NEWLINE) {
      throw new SampanError('invalid', `tar extended header: no record at byte ${at}`);
    }
    const equals = bytes.indexOf(EQUALS, space);
    if (equals === -1 || equals >= end) {
      throw new SampanError('invalid', `tar extended header: a record without "=" at byte ${at}`);
    }
    records.set(nameText(bytes, space + 1, equals), bytes.subarray(equals + 1, end - 1));
    at = end;
  }
  return records;
}

/** A text value, if the record is there. */
export function paxText(records: PaxRecords, key: string): string | undefined {
  const value = records.get(key);
  return value === undefined ? undefined : nameText(value, 0, value.length);
}

/**
 * A number, perhaps with a fraction (times have one).
 *
 * @throws SampanError `invalid` when it is not one, or beyond 2^53.
 */
export function paxNumber(records: PaxRecords, key: string): number | undefined {
  const text = paxText(records, key);
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!/^-?\d+(\.\d*)?$/.test(text) || Math.abs(value) > Number.MAX_SAFE_INTEGER) {
    throw new SampanError('invalid', `tar extended header: ${key}=${text.slice(0, 40)} is not a number`);
  }
  return value;
}

const XATTR = 'SCHILY.xattr.';
/** The kernel takes no larger ones (Linux, XATTR_SIZE_MAX). */
const MAX_XATTR_BYTES = 64 << 10;

/** The extended attributes among the records, by name; undefined when there are none. */
export function paxXattrs(records: PaxRecords): ReadonlyMap<string, Uint8Array> | undefined {
  let found: Map<string, Uint8Array> | undefined;
  for (const [key, value] of records) {
    if (!key.startsWith(XATTR)) continue;
    if (value.length > MAX_XATTR_BYTES) {
      throw new SampanError(
        'limit',
        `tar: an attribute of ${value.length} bytes, at most ${MAX_XATTR_BYTES}`,
      );
    }
    found ??= new Map();
    found.set(key.slice(XATTR.length), Uint8Array.from(value));
  }
  return found;
}

/** One record; its length counts itself. */
export function paxRecord(key: string, value: Uint8Array): Buffer {
  const rest = Buffer.byteLength(key) + value.length + 3;
  let length = rest + String(rest).length;
  if (String(length).length !== String(rest).length) length = rest + String(length).length;
  return Buffer.concat([Buffer.from(`${length} ${key}=`), value, Buffer.of(NEWLINE)]);
}
