import { decodeName } from '../bytes/index.ts';
import { SampanError } from '../errors/index.ts';
import { readNumber } from './numbers.ts';

/** Headers and padding come in blocks of this many bytes. */
export const BLOCK = 512;

/** One header block, as it stands: nothing of an extended header is applied. */
export interface RawHeader {
  /** The type flag, one character; `0` also for the NUL of old archives. */
  readonly flag: string;
  readonly name: string;
  readonly linkName: string;
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly userName: string;
  readonly groupName: string;
  readonly mtime: number;
  readonly major: number;
  readonly minor: number;
}

/** Where the fields are (POSIX.1-2017 pax, "ustar Interchange Format"): start and length in bytes. */
export const FIELD = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  flag: [156, 1],
  linkName: [157, 100],
  magic: [257, 8],
  userName: [265, 32],
  groupName: [297, 32],
  major: [329, 8],
  minor: [337, 8],
  prefix: [345, 155],
} as const;

/** True for a block of zeros, which ends an archive. */
export function isZeroBlock(block: Uint8Array, start = 0): boolean {
  for (let at = start; at < start + BLOCK; at += 1) if (block[at] !== 0) return false;
  return true;
}

/**
 * Reads the header block at `start` of `bytes`.
 *
 * @throws SampanError `invalid` when its checksum or a number in it is wrong.
 */
export function readHeader(bytes: Buffer, start: number): RawHeader {
  checkSum(bytes, start);
  const ustar = bytes[start + 257] === 0x75 && bytes.toString('latin1', start + 257, start + 262) === 'ustar';
  const posix = ustar && bytes[start + 262] === 0;
  const prefix = posix ? text(bytes, start, FIELD.prefix) : '';
  const name = text(bytes, start, FIELD.name);
  const flag = bytes[start + 156]!;
  return {
    flag: flag === 0 ? '0' : String.fromCharCode(flag),
    name: prefix === '' ? name : `${prefix}/${name}`,
    linkName: text(bytes, start, FIELD.linkName),
    size: number(bytes, start, FIELD.size),
    mode: number(bytes, start, FIELD.mode),
    uid: number(bytes, start, FIELD.uid),
    gid: number(bytes, start, FIELD.gid),
    userName: ustar ? text(bytes, start, FIELD.userName) : '',
    groupName: ustar ? text(bytes, start, FIELD.groupName) : '',
    mtime: number(bytes, start, FIELD.mtime),
    major: ustar ? number(bytes, start, FIELD.major) : 0,
    minor: ustar ? number(bytes, start, FIELD.minor) : 0,
  };
}

type Field = readonly [start: number, length: number];

function number(bytes: Uint8Array, base: number, [start, length]: Field): number {
  return readNumber(bytes, base + start, length);
}

function text(bytes: Buffer, base: number, [start, length]: Field): string {
  const from = base + start;
  if (bytes[from] === 0) return '';
  const zero = bytes.indexOf(0, from);
  return nameText(bytes, from, zero === -1 ? from + length : Math.min(zero, from + length));
}

/** The name in a range of a buffer: quick where it is plain UTF-8. */
export function nameText(bytes: Buffer, from: number, to: number): string {
  const quick = bytes.toString('utf8', from, to);
  return quick.includes('\ufffd') ? decodeName(bytes.subarray(from, to)) : quick;
}

const CHECKSUM_AS_SPACES = 8 * 0x20;

function checkSum(bytes: Buffer, start: number): void {
  const wanted = number(bytes, start, FIELD.checksum);
  let unsigned = CHECKSUM_AS_SPACES;
  let high = 0;
  for (let at = start; at < start + BLOCK; at += 1) {
    unsigned += bytes[at]!;
    high += bytes[at]! >> 7;
  }
  for (let at = start + 148; at < start + 156; at += 1) {
    unsigned -= bytes[at]!;
    high -= bytes[at]! >> 7;
  }
  // Some old writers summed signed bytes.
  if (wanted === unsigned || wanted === unsigned - 256 * high) return;
  throw new SampanError('invalid', `tar header: checksum ${unsigned}, the header says ${wanted}`);
}
