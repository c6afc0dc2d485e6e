import { encodeName } from '../bytes/index.ts';
import type { TarType } from './entry.ts';
import { BLOCK, FIELD } from './header.ts';
import { writeOctal } from './numbers.ts';
import { paxRecord } from './pax.ts';

/** What is needed to write an entry; content of `size` bytes and {@link tarPadding} must follow. */
export interface NewEntry {
  readonly type: TarType;
  /** Without a leading slash; directories end in `/`. */
  readonly path: string;
  readonly linkPath?: string;
  readonly size?: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  /** Decimal text for a time with a fraction; otherwise `mtime` is written. */
  readonly exactMtime?: string;
  readonly major?: number;
  readonly minor?: number;
  readonly xattrs?: ReadonlyMap<string, Uint8Array>;
}

const FLAGS: Readonly<Record<TarType, string>> = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  character: '3',
  block: '4',
  directory: '5',
  fifo: '6',
};

/**
 * The header of an entry: one ustar block, before it a PAX extended header where something does not fit
 * (POSIX.1-2017 pax). The same entry gives the same bytes.
 */
export function tarHeader(entry: NewEntry): Buffer {
  const block = Buffer.alloc(BLOCK);
  const records: Buffer[] = [];
  const say = (key: string, value: Uint8Array | string): void => {
    records.push(paxRecord(key, typeof value === 'string' ? Buffer.from(value) : value));
  };
  writeNames(block, entry, say);
  writeNumbers(block, entry, say);
  for (const [name, value] of [...(entry.xattrs ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))) {
    say(`SCHILY.xattr.${name}`, value);
  }
  finish(block, FLAGS[entry.type]);
  return records.length === 0 ? block : Buffer.concat([...paxHeader(records), block]);
}

type Say = (key: string, value: Uint8Array | string) => void;

function writeNames(block: Buffer, entry: NewEntry, say: Say): void {
  const name = encodeName(entry.path);
  const split = splitName(name);
  if (split === undefined || !isAscii(name)) {
    say('path', name);
    block.set(beginningOf(name), FIELD.name[0]);
  } else {
    block.set(split.name, FIELD.name[0]);
    block.set(split.prefix, FIELD.prefix[0]);
  }
  const link = encodeName(entry.linkPath ?? '');
  if (link.length > FIELD.linkName[1] || !isAscii(link)) say('linkpath', link);
  block.set(link.subarray(0, FIELD.linkName[1]), FIELD.linkName[0]);
}

/** Some readers take a file for a directory when what fits ends in a slash, whatever the whole path is. */
function beginningOf(name: Buffer): Buffer {
  let end = Math.min(name.length, FIELD.name[1]);
  while (end > 0 && end < name.length && name[end - 1] === 0x2f) end -= 1;
  return name.subarray(0, end);
}

/** A name of more than 100 bytes is cut at a slash: up to 155 bytes before it, up to 100 behind it. */
function splitName(name: Buffer): { prefix: Buffer; name: Buffer } | undefined {
  const [, nameSize] = FIELD.name;
  const [, prefixSize] = FIELD.prefix;
  if (name.length <= nameSize) return { prefix: Buffer.alloc(0), name };
  const slash = name.indexOf(0x2f, name.length - nameSize - 1);
  if (slash <= 0 || slash > prefixSize || slash === name.length - 1) return undefined;
  return { prefix: name.subarray(0, slash), name: name.subarray(slash + 1) };
}

function isAscii(bytes: Buffer): boolean {
  return bytes.every(byte => byte < 0x80);
}

function writeNumbers(block: Buffer, entry: NewEntry, say: Say): void {
  const put = (field: readonly [number, number], value: number, key?: string): void => {
    const at = { start: field[0], length: field[1] };
    if (writeOctal(block, value, at)) return;
    writeOctal(block, 0, at);
    if (key !== undefined) say(key, String(value));
  };
  put(FIELD.mode, entry.mode);
  put(FIELD.uid, entry.uid, 'uid');
  put(FIELD.gid, entry.gid, 'gid');
  put(FIELD.size, entry.size ?? 0, 'size');
  if (Number.isInteger(entry.mtime)) put(FIELD.mtime, entry.mtime, 'mtime');
  else writeFractionalTime(block, entry, say);
  put(FIELD.major, entry.major ?? 0);
  put(FIELD.minor, entry.minor ?? 0);
}

function writeFractionalTime(block: Buffer, entry: NewEntry, say: Say): void {
  const whole = Math.floor(entry.mtime);
  const at = { start: FIELD.mtime[0], length: FIELD.mtime[1] };
  if (!writeOctal(block, whole, at)) writeOctal(block, 0, at);
  say('mtime', entry.exactMtime ?? String(entry.mtime));
}

function finish(block: Buffer, flag: string): void {
  block.write(flag, FIELD.flag[0], 'latin1');
  block.write('ustar\x0000', FIELD.magic[0], 'latin1');
  block.fill(0x20, FIELD.checksum[0], FIELD.checksum[0] + FIELD.checksum[1]);
  const sum = block.reduce((total, byte) => total + byte, 0);
  writeOctal(block, sum, { start: FIELD.checksum[0], length: 7 });
}

function paxHeader(records: readonly Buffer[]): Buffer[] {
  const body = Buffer.concat(records);
  const block = Buffer.alloc(BLOCK);
  block.write('PaxHeaders/entry', 0, 'latin1');
  writeOctal(block, 0o644, { start: FIELD.mode[0], length: FIELD.mode[1] });
  for (const field of [FIELD.uid, FIELD.gid, FIELD.mtime, FIELD.major, FIELD.minor]) {
    writeOctal(block, 0, { start: field[0], length: field[1] });
  }
  writeOctal(block, body.length, { start: FIELD.size[0], length: FIELD.size[1] });
  finish(block, 'x');
  return [block, body, tarPadding(body.length)];
}

/** The zeros that follow content of `size` bytes, up to the next block. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/** The two blocks of zeros that end an archive. */
export function tarEnd(): Buffer {
  return Buffer.alloc(2 * BLOCK);
}
