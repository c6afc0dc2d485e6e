import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { lineCutter } from './lines.ts';

/** Where reading of a file stands. */
export interface FilePlace {
  readonly inode: number;
  readonly offset: number;
}

/** A log file of the json-file driver that is read as it grows. */
export interface LogFile extends Disposable {
  /**
   * Reads what is new, at most `budgetBytes`; of more than that only the newest is read, and the rest is counted.
   * Calls back for each line of the file, whose bytes may be used until the next call.
   */
  read(budgetBytes: number, line: (bytes: Buffer) => void): FileRead;
  place(): FilePlace | undefined;
}

/** What a reading gave. */
export interface FileRead {
  readonly readBytes: number;
  /** Never read, since it came too fast. */
  readonly skippedBytes: number;
}

/** A record has at most 16 KiB before it is escaped. */
const MAX_RECORD_BYTES = 128 * 1024;
const CHUNK = 128 * 1024;
const MAX_ROTATED = 10;

/**
 * Opens a log file at its end, at its beginning (`from: 'start'`), or where it was left. A file that is rotated is read
 * to its end, and then the next; one that is truncated is read from its beginning. One that is not there yet is awaited.
 */
export function openLogFile(
  path: string,
  { from, buffer }: { readonly from: 'start' | 'end' | FilePlace; readonly buffer?: Buffer },
): LogFile {
  return new GrowingFile(path, from, buffer ?? Buffer.allocUnsafe(CHUNK));
}

type Take = (bytes: Buffer) => void;

class GrowingFile implements LogFile {
  readonly #path: string;
  readonly #chunk: Buffer;
  readonly #cutter = lineCutter(MAX_RECORD_BYTES);
  #fd: number | undefined;
  #inode = 0;
  #offset = 0;
  // After a jump the rest of a line is no line.
  #isAligned = true;

  constructor(path: string, from: 'start' | 'end' | FilePlace, chunk: Buffer) {
    this.#path = path;
    this.#chunk = chunk;
    this.#open(from);
  }

  read(budgetBytes: number, line: Take): FileRead {
    if (this.#fd === undefined) this.#open('start');
    const first = this.#drain(budgetBytes, line);
    const now = statSync(this.#path, { throwIfNoEntry: false });
    if (now === undefined || now.ino === this.#inode) return first;
    // What was written between both looks, then what was rotated away unread, then the new file.
    const rest = this.#drain(budgetBytes, line);
    const missed = missedBytes(this.#path, this.#inode);
    this[Symbol.dispose]();
    this.#open('start');
    const next = this.#drain(Math.max(0, budgetBytes - first.readBytes), line);
    return {
      readBytes: first.readBytes + rest.readBytes + next.readBytes,
      skippedBytes: first.skippedBytes + rest.skippedBytes + next.skippedBytes + missed,
    };
  }

  place(): FilePlace | undefined {
    return this.#fd === undefined ? undefined : { inode: this.#inode, offset: this.#offset };
  }

  [Symbol.dispose](): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #open(at: 'start' | 'end' | FilePlace): void {
    try {
      this.#fd = openSync(this.#path, 'r');
    } catch {
      return;
    }
    const { ino, size } = fstatSync(this.#fd);
    this.#inode = ino;
    if (at === 'start') this.#offset = 0;
    else if (at === 'end') this.#offset = size;
    else this.#offset = at.inode === ino && at.offset <= size ? at.offset : 0;
    this.#cutter.reset();
    this.#isAligned = true;
  }

  /** What is in the open file, within the budget. */
  #drain(budget: number, line: Take): FileRead {
    if (this.#fd === undefined) return { readBytes: 0, skippedBytes: 0 };
    const { size } = fstatSync(this.#fd);
    if (size < this.#offset) this.#offset = 0;
    const skippedBytes = Math.max(0, size - this.#offset - budget);
    if (skippedBytes > 0) {
      this.#offset += skippedBytes;
      this.#cutter.reset();
      this.#isAligned = false;
    }
    let readBytes = 0;
    while (this.#offset < size) {
      const wanted = Math.min(this.#chunk.length, size - this.#offset);
      const count = readSync(this.#fd, this.#chunk, 0, wanted, this.#offset);
      if (count === 0) break;
      this.#offset += count;
      readBytes += count;
      this.#take(this.#chunk.subarray(0, count), line);
    }
    return { readBytes, skippedBytes };
  }

  #take(bytes: Buffer, line: Take): void {
    let rest = bytes;
    if (!this.#isAligned) {
      const end = bytes.indexOf(10);
      if (end < 0) return;
      rest = bytes.subarray(end + 1);
      this.#isAligned = true;
    }
    this.#cutter.push(rest, one => line(one.bytes));
  }
}

/** The sizes of the rotated files that are newer than the one that was read. */
function missedBytes(path: string, inode: number): number {
  let bytes = 0;
  for (let i = 1; i <= MAX_ROTATED; i++) {
    const stat = statSync(`${path}.${i}`, { throwIfNoEntry: false });
    if (stat === undefined || stat.ino === inode) break;
    bytes += stat.size;
  }
  return bytes;
}
