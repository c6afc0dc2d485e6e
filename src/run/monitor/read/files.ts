import { closeSync, openSync, readSync } from 'node:fs';

/** Reads small files of /proc and /sys; undefined for what is not there or cannot be read. */
export type ReadFile = (path: string) => string | undefined;

const BUFFER_BYTES = 64 * 1024;

/** A reader that uses one buffer again and again: what reads hundreds of files each five seconds makes no garbage of it. */
export function smallFiles(): ReadFile {
  const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  return path => {
    let file: number | undefined;
    try {
      file = openSync(path, 'r');
      let length = 0;
      // One read may give only a part: /proc files are written page by page.
      for (let read = -1; read !== 0 && length < BUFFER_BYTES; length += read)
        read = readSync(file, buffer, length, BUFFER_BYTES - length, null);
      return buffer.toString('latin1', 0, length);
    } catch {
      return undefined;
    } finally {
      if (file !== undefined) closeSync(file);
    }
  };
}

/** The number that a file holds; undefined for `max` and for none. */
export function numberIn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number.parseInt(text, 10);
  return Number.isFinite(value) ? value : undefined;
}

/** The number behind a key at the beginning of a line: `usage_usec 123`. */
export function keyed(text: string | undefined, key: string): number | undefined {
  if (text === undefined) return undefined;
  const at = text.startsWith(`${key} `) ? 0 : text.indexOf(`\n${key} `) + 1;
  if (at === 0 && !text.startsWith(`${key} `)) return undefined;
  return numberIn(text.slice(at + key.length + 1, at + key.length + 25));
}
