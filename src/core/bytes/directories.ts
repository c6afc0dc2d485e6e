import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { SampanError, systemCode, wrap } from '../errors/index.ts';

/**
 * Makes a directory and those above it that are missing; all new ones get `mode`, less the umask. Idempotent, and
 * others may do the same at once. (Node's own `recursive` tries for ever where a file system like `/proc` takes no
 * directories.)
 *
 * @throws SampanError `denied`, `no-space`, or `invalid` when something else is in its place.
 */
export function makeDirectories(path: string, options: { readonly mode?: number } = {}): void {
  try {
    const missing: string[] = [];
    for (let at = resolve(path); !isDirectory(at); at = dirname(at)) missing.push(at);
    for (const each of missing.reverse()) makeOne(each, options.mode ?? 0o777);
  } catch (error) {
    throw wrap(`making the directory ${path}`, error);
  }
}

function makeOne(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (systemCode(error) === 'EEXIST' && isDirectory(path)) return;
    throw refusal(dirname(path), error);
  }
}

/**
 * What making something in a directory failed with, told better where nothing but the file system can be the
 * reason: in one like `/proc`, the kernel says that a new file is not there.
 */
export function refusal(directory: string, error: unknown): unknown {
  if (systemCode(error) !== 'ENOENT' || !isDirectory(directory)) return error;
  return new SampanError('denied', `${directory} takes no new files`, {
    cause: error,
    remedy: 'choose a directory on a file system that can be written',
  });
}

/** False for what is not there; and a file is found out when the directory is made. */
function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}
