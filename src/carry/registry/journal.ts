import type { Hash } from 'node:crypto';
import { constants, type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ByteStream,
  type Digest,
  hexOf,
  isMarkAlive,
  makeDirectories,
  processMark,
  release,
  startDigest,
} from '../../core/bytes/index.ts';
import { systemCode } from '../../core/errors/index.ts';

/** The part of a blob that has arrived so far, on disk. It never stops a transfer: without it nothing is kept. */
export interface Journal {
  /** What is there, from the first byte on; checked, so that what a power cut garbled is not given. */
  replay(): ByteStream;
  /** Adds what came next. A failure (a full disk) ends the journal, and says nothing. */
  append(chunk: Uint8Array): Promise<void>;
  /** Keeps it for another time, or removes it when the blob is whole or its bytes were wrong. */
  close(end: 'keep' | 'remove'): Promise<void>;
  /** Closes it and gives away the file with all that was appended; absent when not all of it could be written. */
  give(): Promise<string | undefined>;
}

/** How a journal is kept. */
export interface JournalOptions {
  /** Of all that was replayed and appended, at each next append. */
  readonly hash: Hash;
  /** Whether nobody looks at a chunk any more when the next one is appended: its memory is freed when it is written. */
  readonly isAlone: boolean;
}

const OPEN_FLAGS = constants.O_RDWR | constants.O_CREAT;
const RECORD_BYTES = 1 << 20;
const MAX_RECORD_BYTES = 4 << 20;
/** Of a mark: how far it reaches (8 bytes, little-endian), and the SHA-256 of all until there. */
const MARK_BYTES = 8 + 32;
const KEPT_MS = 7 * 86_400_000;
const IDLE = 'idle';
const MARKS = 'marks';

/**
 * Opens the journal of a blob: a file with its first bytes, and one with marks. What a killed process left is taken
 * over; what nobody went on with for a week is removed. Absent when somebody else, or this process, is at the same blob
 * just now, or nothing can be written.
 */
export async function openJournal(
  directory: string,
  digest: Digest,
  how: JournalOptions,
): Promise<Journal | undefined> {
  try {
    makeDirectories(directory, { mode: 0o700 });
    await removeOldParts(directory);
    const path = await claim(directory, hexOf(digest));
    if (path === undefined) return undefined;
    const marksPath = join(directory, `${hexOf(digest)}.${MARKS}`);
    const [file, marks] = [await open(path, OPEN_FLAGS), await open(marksPath, OPEN_FLAGS)];
    const idlePath = join(directory, `${hexOf(digest)}.${IDLE}`);
    return journalAt({ file, marks, path, marksPath, idlePath, digest, ...how });
  } catch {
    return undefined;
  }
}

/**
 * Removes the parts in a directory of journals that nobody is at and nobody went on with for `keptMs`, a week unless
 * told. A directory that is not there has none.
 *
 * @returns how many bytes that freed.
 */
export async function removeOldParts(directory: string, keptMs = KEPT_MS): Promise<number> {
  let freed = 0;
  for (const name of await readdir(directory).catch(() => [])) {
    if (isMarkAlive(ownerOf(name))) continue;
    const path = join(directory, name);
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile() || Date.now() - found.mtimeMs <= keptMs) continue;
    await rm(path, { force: true });
    freed += found.size;
  }
  return freed;
}

function ownerOf(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}

/** A name of one's own; whoever renames first has it. */
async function claim(directory: string, hex: string): Promise<string | undefined> {
  const names = (await readdir(directory)).filter(name => name.startsWith(`${hex}.`));
  if (names.some(name => isMarkAlive(ownerOf(name)))) return undefined;
  const mine = join(directory, `${hex}.${processMark()}`);
  const left = names.find(name => ownerOf(name) !== MARKS);
  try {
    if (left !== undefined) await rename(join(directory, left), mine);
    return mine;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

interface Place extends JournalOptions {
  readonly file: FileHandle;
  readonly marks: FileHandle;
  readonly path: string;
  readonly marksPath: string;
  readonly idlePath: string;
  readonly digest: Digest;
}

interface State extends Place {
  isBroken: boolean;
  /** Of the last good mark. */
  end: number;
  held: Uint8Array[];
  heldBytes: number;
  writing: Promise<void>;
}

function journalAt(place: Place): Journal {
  const { path, marksPath, idlePath } = place;
  const fresh = { isBroken: false, end: 0, held: [], heldBytes: 0, writing: Promise.resolve() };
  const state: State = { ...place, ...fresh };
  const closeFiles = async (): Promise<void> => {
    await state.writing;
    await Promise.all([state.file, state.marks].map(file => file.close().catch(() => undefined)));
  };
  const remove = async (...paths: readonly string[]): Promise<void> => {
    await Promise.all(paths.map(each => rm(each, { force: true }).catch(() => undefined)));
  };
  return {
    replay: () => replay(state),
    append: async chunk => await append(state, chunk),
    close: async end => {
      if (end === 'keep') await flush(state, state.hash.copy().digest());
      await closeFiles();
      if (end === 'remove') await remove(path, marksPath);
      else await rename(path, idlePath).catch(() => undefined);
    },
    give: async () => {
      await flush(state, Buffer.from(hexOf(state.digest), 'hex'));
      await state.writing;
      // Who is stopped meanwhile finds all of it the next time.
      await state.file.sync().catch(() => {
        state.isBroken = true;
      });
      await closeFiles();
      await remove(marksPath, ...(state.isBroken ? [path] : []));
      return state.isBroken ? undefined : path;
    },
  };
}

async function append(state: State, chunk: Uint8Array): Promise<void> {
  if (state.isBroken) return;
  // The hash has what came before this chunk.
  if (state.heldBytes >= RECORD_BYTES) await flush(state, state.hash.copy().digest());
  state.held.push(chunk);
  state.heldBytes += chunk.length;
}

/** The next bytes may come while these are written. */
async function flush(state: State, prefixDigest: Buffer): Promise<void> {
  const { held, heldBytes } = state;
  [state.held, state.heldBytes] = [[], 0];
  await state.writing;
  if (state.isBroken || heldBytes === 0) return;
  const start = state.end;
  state.end += heldBytes;
  const mark = Buffer.alloc(MARK_BYTES);
  mark.writeBigUInt64LE(BigInt(state.end));
  prefixDigest.copy(mark, 8);
  state.writing = write(state, held, { start, mark });
}

async function write(
  state: State,
  held: Uint8Array[],
  { start, mark }: { readonly start: number; readonly mark: Buffer },
): Promise<void> {
  try {
    const { bytesWritten } = await state.file.writev(held, start);
    if (start + bytesWritten < state.end) state.isBroken = true;
    else await state.marks.appendFile(mark);
    if (state.isAlone) for (const chunk of held) release(chunk);
  } catch {
    state.isBroken = true;
  }
}

async function* replay(state: State): ByteStream {
  const hash = startDigest();
  let marks = 0;
  for (;;) {
    const record = await readRecord(state, marks, hash).catch(() => undefined);
    if (record === undefined) break;
    marks += 1;
    state.end += record.length;
    yield record;
  }
  try {
    await state.file.truncate(state.end);
    await state.marks.truncate(marks * MARK_BYTES);
  } catch {
    state.isBroken = true;
  }
}

/** The bytes until the next mark, if they are what it says. */
async function readRecord(
  { file, marks, end }: State,
  index: number,
  hash: Hash,
): Promise<Buffer | undefined> {
  const mark = Buffer.alloc(MARK_BYTES);
  if ((await marks.read(mark, 0, MARK_BYTES, index * MARK_BYTES)).bytesRead < MARK_BYTES) return undefined;
  const length = Number(mark.readBigUInt64LE()) - end;
  if (length <= 0 || length > MAX_RECORD_BYTES) return undefined;
  const bytes = Buffer.alloc(length);
  if ((await file.read(bytes, 0, length, end)).bytesRead < length) return undefined;
  const isSound = hash.update(bytes).copy().digest().equals(mark.subarray(8));
  return isSound ? bytes : undefined;
}
