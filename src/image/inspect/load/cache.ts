import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { makeDirectories, writeAtomically } from '../../../core/bytes/index.ts';
import type { StreamedScan } from '../scan/index.ts';
import type { Inspection } from '../types.ts';

/** Changed whenever layers are read in another way: what is remembered of them is made anew. */
const VERSION = 1;
const MAX_BYTES = 2 ** 30;
/** Older ones go first when there are more. */
const MAX_FILES = 200;

/** What is remembered, in a directory of its own: layers, and what was said of whole images. */
export interface ScanCache {
  /** Absent when it is not there, or broken. */
  readScan(key: string): Promise<StreamedScan | undefined>;
  /** Only saves time: what cannot be written is not remembered. */
  writeScan(key: string, scan: StreamedScan): Promise<void>;
  readReport(key: string): Promise<Inspection | undefined>;
  writeReport(key: string, report: Inspection): Promise<void>;
}

/** Remembers nothing. */
export const NO_CACHE: ScanCache = {
  readScan: async () => undefined,
  writeScan: async () => undefined,
  readReport: async () => undefined,
  writeReport: async () => undefined,
};

/** Remembers in `directory`, which need not be there. Keys are any texts. */
export function scanCache(directory: string): ScanCache {
  const pathOf = (kind: string, key: string): string =>
    join(directory, createHash('sha256').update(`${VERSION} ${kind} ${key}`).digest('hex'));
  // Written by this program, as the digest and the version in the name say.
  return {
    readScan: async key => {
      const bytes = await readBody(pathOf('scan', key));
      return bytes === undefined ? undefined : deserialize(bytes);
    },
    writeScan: (key, scan) => remember(pathOf('scan', key), serialize(scan)),
    readReport: async key => {
      const bytes = await readBody(pathOf('report', key));
      return bytes === undefined ? undefined : JSON.parse(bytes.toString('utf8'));
    },
    writeReport: (key, report) => remember(pathOf('report', key), Buffer.from(JSON.stringify(report))),
  };
}

async function remember(path: string, body: Buffer): Promise<void> {
  const write = async function* (): AsyncGenerator<Uint8Array> {
    yield createHash('sha256').update(body).digest();
    yield body;
  };
  try {
    makeDirectories(dirname(path));
    await writeAtomically(path, write(), {});
    await forgetOld(dirname(path));
  } catch {
    // A full or read-only disk must not stop the reading.
  }
}

const DIGEST_BYTES = 32;

async function readBody(path: string): Promise<Buffer | undefined> {
  try {
    if ((await stat(path)).size > MAX_BYTES) return undefined;
    const bytes = await readFile(path);
    const body = bytes.subarray(DIGEST_BYTES);
    const isWhole = createHash('sha256').update(body).digest().equals(bytes.subarray(0, DIGEST_BYTES));
    return isWhole ? body : undefined;
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
