import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { wrap } from '../errors/index.ts';
import { makeDirectories, refusal } from './directories.ts';
import { isMarkAlive, processMark } from './process-mark.ts';
import { type ByteStream, throwIfCancelled } from './stream.ts';

const GATHERED_BYTES = 1 << 19;
/** So many buffers one system call takes at most (`IOV_MAX`). */
const GATHERED_CHUNKS = 1024;

const TEMPORARY = /^\.([0-9]+-[0-9]+)\.[0-9a-f]{12}\.part$/;

/** A new name for a file or directory that this process removes again, see {@link removeStale}. */
export function temporaryName(): string {
  return `.${processMark()}.${randomBytes(6).toString('hex')}.part`;
}

/**
 * Removes from a directory what {@link temporaryName} named and whose process is gone. A directory that is
 * not there, or may not be read, is left as it is.
 */
export async function removeStale(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names) {
    const mark = TEMPORARY.exec(name)?.[1];
    if (mark === undefined || isMarkAlive(mark)) continue;
    await rm(join(directory, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** How to write. */
export interface WriteOptions {
  readonly signal?: AbortSignal | undefined;
  /** Permission bits; 0o644 less the umask unless told. */
  readonly mode?: number;
  /** Where the temporary file is: on the same file system; beside the file unless told. */
  readonly temporaryDirectory?: string;
  /** False for what need not outlive a power cut: nothing is synchronised. */
  readonly durable?: boolean;
  /** Synchronises the directory of the file; {@link syncDirectory} unless told. */
  readonly syncDirectory?: (path: string) => Promise<void>;
}

/**
 * Writes a file whole or not at all: under a temporary name, synchronised, renamed, and the directory
 * synchronised. When the stream throws, or the signal fires, nothing is left and what was there before stays.
 * Directories above it are made.
 *
 * @returns its size in bytes.
 * @throws SampanError `no-space`, `denied`, `cancelled`, or what the stream threw.
 */
export async function writeAtomically(
  path: string,
  content: ByteStream,
  options: WriteOptions = {},
): Promise<number> {
  return await writeThenName(() => path, content, options, dirname(path));
}

/**
 * As {@link writeAtomically}, for a file whose name is known only when its bytes are: `name` is called at
 * the end and says the path. It may throw.
 */
export async function writeThenName(
  name: () => string,
  content: ByteStream,
  options: WriteOptions,
  directory: string,
): Promise<number> {
  const at = options.temporaryDirectory ?? directory;
  const temporary = join(at, temporaryName());
  try {
    makeDirectories(at);
    const size = await writeSynced(temporary, content, options);
    const path = name();
    makeDirectories(dirname(path));
    await rename(temporary, path);
    if (options.durable !== false) await (options.syncDirectory ?? syncDirectory)(dirname(path));
    return size;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw wrap(`writing in ${directory}`, error);
  }
}

async function writeSynced(path: string, content: ByteStream, options: WriteOptions): Promise<number> {
  const file = await open(path, 'wx', options.mode ?? 0o644).catch(error => {
    throw refusal(dirname(path), error);
  });
  try {
    const size = await writeStream(file, content, options);
    throwIfCancelled(options.signal);
    if (options.durable !== false) await file.sync();
    return size;
  } finally {
    await file.close();
  }
}

/** Chunks are gathered: each write is a way to another thread and back. The next ones come while these are written. */
async function writeStream(file: FileHandle, content: ByteStream, options: WriteOptions): Promise<number> {
  let size = 0;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let writing = Promise.resolve();
  const write = async (): Promise<void> => {
    await writing;
    writing = writeWhole(file, held, size);
    // Waited for before the next write; a stream that throws meanwhile has the first word.
    writing.catch(() => undefined);
    size += heldBytes;
    [held, heldBytes] = [[], 0];
  };
  for await (const chunk of content) {
    throwIfCancelled(options.signal);
    held.push(chunk);
    heldBytes += chunk.length;
    if (heldBytes >= GATHERED_BYTES || held.length >= GATHERED_CHUNKS) await write();
  }
  await write();
  await writing;
  return size;
}

/** A write may take fewer bytes than it was given. */
async function writeWhole(file: FileHandle, chunks: readonly Uint8Array[], position: number): Promise<void> {
  const { bytesWritten } = await file.writev(chunks, position);
  let skip = bytesWritten;
  let start = position;
  for (const chunk of chunks) {
    for (let at = Math.min(skip, chunk.length); at < chunk.length; )
      at += (await file.write(chunk, at, chunk.length - at, start + at)).bytesWritten;
    skip -= Math.min(skip, chunk.length);
    start += chunk.length;
  }
}

/** Makes renames and removals in a directory last. File systems that cannot are left alone. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EINVAL')) {
      throw wrap(`synchronising ${basename(path)}`, error);
    }
  } finally {
    await directory.close();
  }
}

/**
 * As {@link syncDirectory}, for one directory in which many files get their names at once: all who ask while it is being
 * synchronised are served by the next time.
 */
export function groupedSync(path: string): () => Promise<void> {
  let running = Promise.resolve();
  let next: Promise<void> | undefined;
  return async () => {
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        running = syncDirectory(path);
        return running;
      });
    await next;
  };
}
