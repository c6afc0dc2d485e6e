import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, hexOf, isDigest, writeAtomically } from '../../core/bytes/index.ts';

/** What is remembered between runs to push less. Forgetting it costs time, never correctness. */
export interface PushMemory {
  /** What a plain layer was when it was compressed last. */
  compressed(layer: Digest, how: string): Promise<Compressed | undefined>;
  rememberCompressed(layer: Digest, how: string, is: Compressed): Promise<void>;
  /** Where an upload was begun that did not end. */
  upload(key: string): Promise<URL | undefined>;
  rememberUpload(key: string, location: URL | undefined): Promise<void>;
}

/** A compressed layer. */
export interface Compressed {
  readonly digest: Digest;
  readonly size: number;
}

/** Remembers in small files of a directory; nothing where there is none. Failures are silence. */
export function pushMemory(directory: string | undefined): PushMemory {
  const read = async (name: string): Promise<string> =>
    directory === undefined ? '' : await readFile(join(directory, name), 'utf8').catch(() => '');
  const write = async (name: string, text: string | undefined): Promise<void> => {
    if (directory === undefined) return;
    const path = join(directory, name);
    if (text === undefined) await rm(path, { force: true }).catch(() => undefined);
    else {
      // The location of an upload may hold what lets one write to it.
      const options = { durable: false, mode: 0o600 };
      await writeAtomically(path, once(text), options).catch(() => undefined);
    }
  };
  return {
    compressed: async (layer, how) => parseCompressed(await read(`${hexOf(layer)}.${how}`)),
    rememberCompressed: async (layer, how, { digest, size }) =>
      await write(`${hexOf(layer)}.${how}`, `${digest} ${size}\n`),
    upload: async key => URL.parse((await read(uploadName(key))).trim()) ?? undefined,
    rememberUpload: async (key, location) => await write(uploadName(key), location?.href),
  };
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

function uploadName(key: string): string {
  return `${createHash('sha256').update(key).digest('hex')}.upload`;
}

function parseCompressed(text: string): Compressed | undefined {
  const [digest, size = ''] = text.trim().split(' ');
  return isDigest(digest) && /^\d{1,15}$/.test(size) ? { digest, size: Number(size) } : undefined;
}
