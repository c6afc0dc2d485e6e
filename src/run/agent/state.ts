import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  bytesContent,
  contentStream,
  makeDirectories,
  removeStale,
  writeAtomically,
} from '../../core/bytes/index.ts';
import { isSampanError, SampanError, systemCode } from '../../core/errors/index.ts';
import type { StateFiles } from '../module/index.ts';

const DAY_MS = 86_400_000;
/** What a file costs besides its bytes: the blocks of its name and of its inode. */
const OVERHEAD_BYTES = 8192;
const MAX_BYTES = 64 << 20;

/** What counts the bytes that reach the flash, shared by all parts of an agent. */
export interface Wear {
  add(bytes: number): void;
  read(): { readonly totalBytes: number; readonly bytesPerDay: number };
}

/** Counts from now on; below an hour the rate is that of the hour. */
export function countWear(monotonic: () => number): Wear {
  const startMs = monotonic();
  let totalBytes = 0;
  return {
    add: bytes => {
      totalBytes += bytes + OVERHEAD_BYTES;
    },
    read: () => {
      const days = Math.max(monotonic() - startMs, DAY_MS / 24) / DAY_MS;
      return { totalBytes, bytesPerDay: Math.round(totalBytes / days) };
    },
  };
}

/** Told when a file cannot be written, and not again before it could be. */
export type Unwritten = (error: SampanError) => void;

/** The small files of one part, in a directory of its own, without what a killed agent left half-written there. */
export async function openState(directory: string, wear: Wear, unwritten: Unwritten): Promise<StateFiles> {
  await removeStale(directory);
  const last = new Map<string, Uint8Array>();
  const failing = new Set<string>();
  const pathOf = (name: string): string => {
    if (!/^[a-z0-9][a-z0-9._-]{0,100}$/i.test(name))
      throw new SampanError('internal', `${name} is no name of a state file`);
    return join(directory, name);
  };
  const read = async (name: string): Promise<Uint8Array | undefined> => {
    try {
      const bytes = await readFile(pathOf(name));
      return bytes.length > MAX_BYTES ? undefined : bytes;
    } catch (error) {
      // A file that cannot be read is worth no failed start.
      if (systemCode(error) !== undefined) return undefined;
      throw error;
    }
  };
  return {
    directory,
    read,
    write: async (name, bytes) => {
      const path = pathOf(name);
      const before = last.get(name) ?? (await read(name));
      if (before !== undefined && Buffer.from(bytes).equals(before)) return true;
      try {
        makeDirectories(directory, { mode: 0o700 });
        await writeAtomically(path, contentStream(bytesContent(bytes)), { mode: 0o600 });
      } catch (error) {
        if (!isSampanError(error)) throw error;
        if (!failing.has(name)) unwritten(error);
        failing.add(name);
        return false;
      }
      failing.delete(name);
      if (bytes.length < 65_536) last.set(name, bytes);
      else last.delete(name);
      wear.add(bytes.length);
      return true;
    },
    wear: () => wear.read(),
  };
}
