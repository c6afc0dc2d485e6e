import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import {
  type ByteStream,
  type Digest,
  hexOf,
  isMarkAlive,
  makeDirectories,
  processMark,
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
}

const HEADER_BYTES = 8;
const RECORD_BYTES = 1 << 20;
const KEPT_MS = 7 * 86_400_000;
const IDLE = 'idle';

/**
 * Opens the journal of a blob. What a killed process left is taken over; what nobody went on with for a week is
 * removed. Absent when somebody else, or this process, is at the same blob just now, or nothing can be written.
 */
export async function openJournal(directory: string, digest: Digest): Promise<Journal | undefined> {
  try {
    makeDirectories(directory, { mode: 0o700 });
    await removeOldParts(directory);
    const claimed = await claim(directory, hexOf(digest));
    if (claimed === undefined) return undefined;
    const file = await open(claimed.path, claimed.isNew ? 'ax+' : 'a+', 0o600);
    return journalAt(file, claimed.path, join(directory, `${hexOf(digest)}.${IDLE}`));
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
async function claim(
  directory: string,
  hex: string,
): Promise<{ readonly path: string; readonly isNew: boolean } | undefined> {
  const names = (await readdir(directory)).filter(name => name.startsWith(`${hex}.`));
  if (names.some(name => isMarkAlive(ownerOf(name)))) return undefined;
  const mine = join(directory, `${hex}.${processMark()}`);
  const [left] = names;
  if (left === undefined) return { path: mine, isNew: true };
  try {
    await rename(join(directory, left), mine);
    return { path: mine, isNew: false };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function journalAt(file: FileHandle, path: string, idlePath: string): Journal {
  const state: State = { file, isBroken: false, end: 0, held: [], heldBytes: 0 };
  return {
    replay: () => replay(state),
    append: async chunk => {
      if (state.isBroken) return;
      state.held.push(chunk);
      state.heldBytes += chunk.length;
      if (state.heldBytes >= RECORD_BYTES) await flush(state);
    },
    close: async end => {
      if (end === 'keep') await flush(state);
      await file.close().catch(() => undefined);
      if (end === 'keep') await rename(path, idlePath).catch(() => undefined);
      else await rm(path, { force: true }).catch(() => undefined);
    },
  };
}

interface State {
  readonly file: FileHandle;
  isBroken: boolean;
  /** Of the last good record. */
  end: number;
  held: Uint8Array[];
  heldBytes: number;
}

/** Records: length and CRC-32 of the bytes (both little-endian, 4 bytes), then the bytes. */
async function flush(state: State): Promise<void> {
  if (state.isBroken || state.heldBytes === 0) return;
  const { held, heldBytes } = state;
  [state.held, state.heldBytes] = [[], 0];
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(heldBytes, 0);
  header.writeUInt32LE(
    held.reduce((sum, chunk) => crc32(chunk, sum), 0),
    4,
  );
  try {
    const { bytesWritten } = await state.file.writev([header, ...held]);
    state.end += bytesWritten;
    state.isBroken = bytesWritten !== HEADER_BYTES + heldBytes;
  } catch {
    state.isBroken = true;
  }
}

async function* replay(state: State): ByteStream {
  for (;;) {
    const record = await readRecord(state.file, state.end).catch(() => undefined);
    if (record === undefined) break;
    state.end += HEADER_BYTES + record.length;
    yield record;
  }
  await state.file.truncate(state.end).catch(() => {
    state.isBroken = true;
  });
}

async function readRecord(file: FileHandle, at: number): Promise<Buffer | undefined> {
  const header = Buffer.alloc(HEADER_BYTES);
  if ((await file.read(header, 0, HEADER_BYTES, at)).bytesRead < HEADER_BYTES) return undefined;
  const length = header.readUInt32LE(0);
  if (length === 0 || length > 4 * RECORD_BYTES) return undefined;
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, at + HEADER_BYTES);
  return bytesRead === length && crc32(bytes) === header.readUInt32LE(4) ? bytes : undefined;
}
