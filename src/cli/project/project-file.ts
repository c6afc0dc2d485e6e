import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isSampanError, SampanError, wrap } from '../../core/errors/index.ts';

/** The file in which a project says what it wants of Sampan. */
export interface ProjectFile {
  /** As it was named, or absolute where it was found. */
  readonly path: string;
  /** Absolute; what it says of paths is relative to it. */
  readonly directory: string;
  readonly text: string;
}

const NAME = '.sampan.yaml';
const MAX_BYTES = 1 << 20;

/**
 * The file that was named, or the nearest `.sampan.yaml` in `cwd` or above it; `undefined` where there is none.
 *
 * @throws SampanError `not-found` for a named one that is not there, `limit` above 1 MiB, `invalid` for what is no text.
 */
export function findProjectFile(cwd: string, named: string | undefined): ProjectFile | undefined {
  if (named !== undefined) return readProjectFile(named, resolve(cwd, named));
  for (let directory = cwd; ; directory = dirname(directory)) {
    const path = join(directory, NAME);
    if (existsSync(path)) return readProjectFile(path, path);
    if (directory === dirname(directory)) return undefined;
  }
}

function readProjectFile(name: string, path: string): ProjectFile {
  try {
    const file = openSync(path, 'r');
    try {
      if (!fstatSync(file).isFile()) throw new SampanError('invalid', `${name} is no regular file`);
      return { path: name, directory: dirname(path), text: decode(readUpTo(file, name), name) };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw isSampanError(error) ? error : wrap(`reading ${name}`, error);
  }
}

function readUpTo(file: number, name: string): Uint8Array {
  const bytes = Buffer.alloc(MAX_BYTES + 1);
  let length = 0;
  for (let read = -1; read !== 0 && length <= MAX_BYTES; length += read) {
    read = readSync(file, bytes, length, bytes.length - length, null);
  }
  if (length > MAX_BYTES) throw new SampanError('limit', `${name} has more than ${MAX_BYTES} bytes`);
  return bytes.subarray(0, length);
}

function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SampanError('invalid', `${name} is no text file: it is not UTF-8`);
  }
}
