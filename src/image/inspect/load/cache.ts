import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { writeAtomically } from '../../../core/bytes/index.ts';
import type { StreamedScan } from '../scan/index.ts';

/** Changed whenever layers are read in another way: what is remembered of them is made anew. */
const VERSION = 1;
const MAX_BYTES = 2 ** 30;
/** Older ones go first when there are more. */
const MAX_FILES = 200;

/** What is remembered of layers, in a directory of its own. */
export interface ScanCache {
  /** Absent when it is not there, or broken. */
  read(key: string): Promise<StreamedScan | undefined>;
  /** Only saves time: what cannot be written is not remembered. */
  write(key: string, scan: StreamedScan): Promise<void>;
}

/** Remembers nothing. */
export const NO_CACHE: ScanCache = { read: async () => undefined, write: async () => undefined };

/** Remembers layers in `directory`, which need not be there. Keys are any texts. */
export function scanCache(directory: string): ScanCache {
  const pathOf = (key: string): string =>
    join(directory, createHash('sha256').update(`${VERSION} ${key}`).digest('hex'));
  return {
    read: key => readScan(pathOf(key)),
    async write(key, scan) {
      const body = serialize(scan);
      const write = async function* (): AsyncGenerator<Uint8Array> {
        yield createHash('sha256').update(body).digest();
        yield body;
      };
      try {
        await mkdir(directory, { recursive: true });
        await writeAtomically(pathOf(key), write(), {});
        await forgetOld(directory);
      } catch {
        // A full or read-only disk must not stop the reading.
      }
    },
  };
}

const DIGEST_BYTES = 32;

async function readScan(path: string): Promise<StreamedScan | undefined> {
  try {
    if ((await stat(path)).size > MAX_BYTES) return undefined;
    const bytes = await readFile(path);
    const body = bytes.subarray(DIGEST_BYTES);
    if (!createHash('sha256').update(body).digest().equals(bytes.subarray(0, DIGEST_BYTES))) return undefined;
    // Written by this program, as its digest and version say.
    const scan: StreamedScan = deserialize(body);
    return scan;
  } catch {
    return undefined;
  }
}

async function forgetOld(directory: string): Promise<void> {
  const names = await readdir(directory);
  if (names.length <= MAX_FILES) return;
  const aged = await Promise.all(
    names.map(async name => ({ name, at: (await stat(join(directory, name))).mtimeMs })),
  );
  aged.sort((a, b) => a.at - b.at);
  for (const { name } of aged.slice(0, names.length - MAX_FILES))
    await rm(join(directory, name), { force: true });
}
