import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inflate, makeDirectories, removeStale, temporaryName, throwIfCancelled } from '../bytes/index.ts';
import { isSampanError, wrap } from '../errors/index.ts';
import type { Bytes, Cancel } from './port.ts';

/** A file, or a directory, that is removed when it is disposed; a killed process's one at the next use. */
export interface WorkFile extends AsyncDisposable {
  readonly path: string;
}

/** A path in the work directory that nobody else uses; nothing is there yet. */
export async function workFile(directory: string): Promise<WorkFile> {
  makeDirectories(directory);
  await removeStale(directory);
  const path = join(directory, temporaryName());
  return {
    path,
    [Symbol.asyncDispose]: async () => await rm(path, { recursive: true, force: true }),
  };
}

/**
 * Writes a stream, inflated, to a file of the work directory.
 *
 * @throws SampanError `no-space`, `cancelled`, or what the stream throws; then nothing is left.
 */
export async function spool(directory: string, content: Bytes, options: Cancel = {}): Promise<WorkFile> {
  const file = await workFile(directory);
  try {
    const handle = await open(file.path, 'wx', 0o600);
    try {
      for await (const chunk of inflate(content)) {
        throwIfCancelled(options.signal);
        for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten;
      }
    } finally {
      await handle.close();
    }
    return file;
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw isSampanError(error) ? error : wrap(`writing in ${directory}`, error);
  }
}
