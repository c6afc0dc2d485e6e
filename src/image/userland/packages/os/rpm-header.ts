import { decodeName } from '../../../../core/bytes/index.ts';
import { SampanError } from '../../../../core/errors/index.ts';

/** The tags of a package, each with its values as texts or whole numbers (rpm, Package Format, "Header Structure"). */
export type RpmHeader = ReadonlyMap<number, readonly (string | number)[]>;

/** Numbers of the tags that are read. */
export const RPM_TAG = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  size: 1009,
  vendor: 1011,
  architecture: 1022,
  fileFlags: 1037,
  sourcePackage: 1044,
  provides: 1047,
  requires: 1049,
  directoryIndexes: 1116,
  baseNames: 1117,
  directoryNames: 1118,
} as const;

const WANTED: ReadonlySet<number> = new Set(Object.values(RPM_TAG));
const INT32 = 4;
const STRING = 6;
const STRING_ARRAY = 8;
const I18N_STRING = 9;
const ENTRY_BYTES = 16;
const MAX_TAGS = 65_536;
const MAX_VALUES = 2_000_000;

/**
 * Reads a header as the database keeps it: two counts, the index, the data. Tags that are not wanted are left out.
 *
 * @throws SampanError `invalid` for a broken one.
 */
export function readRpmHeader(blob: Buffer): RpmHeader {
  if (blob.length < 8) throw broken('it is too short');
  const count = blob.readUInt32BE(0);
  const start = 8 + count * ENTRY_BYTES;
  if (count > MAX_TAGS || start > blob.length) throw broken(`${count} tags`);
  const data = blob.subarray(start);
  const tags = new Map<number, readonly (string | number)[]>();
  for (let at = 8; at < start; at += ENTRY_BYTES) {
    const tag = blob.readUInt32BE(at);
    if (!WANTED.has(tag)) continue;
    const entry = { type: blob.readUInt32BE(at + 4), offset: blob.readUInt32BE(at + 8) };
    tags.set(tag, valuesOf(data, { ...entry, count: blob.readUInt32BE(at + 12) }));
  }
  return tags;
}

function broken(why: string): SampanError {
  return new SampanError('invalid', `not a sound header of an rpm package: ${why}`);
}

interface Entry {
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

function valuesOf(data: Buffer, { type, offset, count }: Entry): (string | number)[] {
  if (offset > data.length || count > MAX_VALUES) throw broken('a value beyond its end');
  if (type === INT32) {
    if (offset + count * 4 > data.length) throw broken('numbers beyond its end');
    return Array.from({ length: count }, (_, i) => data.readUInt32BE(offset + i * 4));
  }
  if (type !== STRING && type !== STRING_ARRAY && type !== I18N_STRING) return [];
  return texts(data, offset, type === STRING ? 1 : count);
}

function texts(data: Buffer, offset: number, count: number): string[] {
  const found: string[] = [];
  for (let at = offset; found.length < count; ) {
    const end = data.indexOf(0, at);
    if (end === -1) throw broken('a text without an end');
    found.push(decodeName(data.subarray(at, end)));
    at = end + 1;
  }
  return found;
}
