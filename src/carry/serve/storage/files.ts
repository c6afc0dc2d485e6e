import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory, writeAtomically } from '../../../core/bytes/index.ts';
import { systemCode, wrap } from '../../../core/errors/index.ts';

/** Makes a directory and those above it, so that they outlive a power cut. */
export async function makeDurable(directory: string): Promise<void> {
  const first = await mkdir(directory, { recursive: true });
  if (first === undefined) return;
  for (let at = directory; at.length >= dirname(first).length; at = dirname(at)) await syncDirectory(at);
}

/** Writes a small file whole or not at all, and its directories. */
export async function writeSmall(path: string, text: string): Promise<void> {
  await makeDurable(dirname(path));
  const content = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  };
  await writeAtomically(path, content());
}

/** Makes an empty file, which is there whole or not at all. Idempotent; its time is now. */
export async function writeEmpty(path: string): Promise<void> {
  try {
    await makeDurable(dirname(path));
    const file = await open(path, 'a');
    try {
      const now = new Date();
      await file.utimes(now, now);
    } finally {
      await file.close();
    }
    await syncDirectory(dirname(path));
  } catch (error) {
    throw wrap(`writing ${path}`, error);
  }
}

/** A small text file; absent when it is not there. @throws SampanError for anything else. */
export async function readSmall(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw wrap(`reading ${path}`, error);
  }
}

/** What the file system knows of a file; absent when it is not there. */
export async function statOf(path: string): Promise<{ size: number; mtimeMs: number } | undefined> {
  try {
    const found = await stat(path);
    return found.isFile() ? { size: found.size, mtimeMs: found.mtimeMs } : undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw wrap(`looking for ${path}`, error);
  }
}

/** The names in a directory, in no order; none when it is not there. */
export async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw wrap(`listing ${directory}`, error);
  }
}

/** Removes a file for good. True when it was there. */
export async function removeFile(path: string): Promise<boolean> {
  try {
    await rm(path);
    await syncDirectory(dirname(path));
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw wrap(`deleting ${path}`, error);
  }
}

function isAbsent(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}
