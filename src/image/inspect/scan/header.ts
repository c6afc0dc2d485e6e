import { BLOCK } from '../../../core/tar/index.ts';
import { type ColumnWriter, TYPE } from './columns.ts';

/** Where the type flag is in a header (POSIX.1-2017 pax, "ustar Interchange Format"). */
export const FLAG_AT = 156;
const MAGIC_AT = 257;
const SLASH = 0x2f;

/** The types whose header may say all: no extended headers, no sparse files. */
const SIMPLE: Readonly<Record<number, number>> = {
  0: TYPE.file,
  48: TYPE.file,
  49: TYPE.hardlink,
  50: TYPE.symlink,
  53: TYPE.directory,
  54: TYPE.fifo,
};

/** True for a block of zeros at `place`, a multiple of 512. */
export function isZero(words: Int32Array, place: number): boolean {
  const from = place >> 2;
  for (let at = from; at < from + BLOCK / 4; at += 1) if (words[at] !== 0) return false;
  return true;
}

/** True for the type flag of a global extended header. */
export function isGlobal(flag: number): boolean {
  return flag === 0x67;
}

/** True when the checksum of the header is right. Two sums of 256 bytes fit into 16 bits each. */
export function isSummed(words: Int32Array, place: number, bytes: Uint8Array): boolean {
  const from = place >> 2;
  let sum = 0;
  for (let at = from; at < from + BLOCK / 4; at += 1) {
    const word = words[at]!;
    sum = (sum + (word & 0xff00ff) + ((word >>> 8) & 0xff00ff)) | 0;
  }
  let total = (sum & 0xffff) + (sum >>> 16);
  for (let at = place + 148; at < place + 156; at += 1) total += 0x20 - bytes[at]!;
  return total === octal(bytes, place + 148, place + 156);
}

/**
 * Adds the entry of a plain header at `place`; `offset` is where its content is in the archive. False, with nothing
 * added, where the header says more than can be read here.
 */
export function addPlainHeader(
  writer: ColumnWriter,
  bytes: Uint8Array,
  where: { readonly place: number; readonly offset: number },
): boolean {
  const { place, offset } = where;
  const type = SIMPLE[bytes[place + FLAG_AT]!];
  if (type === undefined || !isUstar(bytes, place) || bytes[place] === 0) return false;
  const size = octal(bytes, place + 124, place + 136);
  const mode = octal(bytes, place + 100, place + 108);
  const uid = octal(bytes, place + 108, place + 116);
  const gid = octal(bytes, place + 116, place + 124);
  const mtime = octal(bytes, place + 136, place + 148);
  if (size < 0 || mode < 0 || uid < 0 || gid < 0 || mtime < 0) return false;
  addPath(writer, bytes, place);
  // Old archives mark directories by a slash only.
  const isDirectory = type === TYPE.file && writer.paths[writer.pathBytes - 1] === SLASH;
  if (type === TYPE.hardlink || type === TYPE.symlink) writer.link(bytes, place + 157, place + 257);
  writer.add({
    type: isDirectory ? TYPE.directory : type,
    mode: mode & 0o7777,
    uid,
    gid,
    mtime,
    size: type === TYPE.file && !isDirectory ? size : 0,
    offset,
  });
  return true;
}

function addPath(writer: ColumnWriter, bytes: Uint8Array, place: number): void {
  // GNU archives have other fields where POSIX has the prefix.
  if (bytes[place + MAGIC_AT + 5] === 0 && bytes[place + 345] !== 0) {
    writer.path(bytes, place + 345, place + 500);
    writer.path(SEPARATOR, 0, 1);
  }
  writer.path(bytes, place, place + 100);
}

const SEPARATOR = Uint8Array.of(SLASH);

function isUstar(bytes: Uint8Array, place: number): boolean {
  const at = place + MAGIC_AT;
  return bytes[at] === 0x75 && bytes[at + 1] === 0x73 && bytes[at + 2] === 0x74 && bytes[at + 4] === 0x72;
}

/** An octal number between spaces and NULs; -1 for anything else. */
function octal(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && (bytes[at] === 0x20 || bytes[at] === 0)) at += 1;
  let value = 0;
  for (; at < to; at += 1) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 7) return bytes[at] === 0x20 || bytes[at] === 0 ? value : -1;
    value = value * 8 + digit;
  }
  return value;
}
