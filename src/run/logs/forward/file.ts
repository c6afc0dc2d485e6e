import { closeSync, fstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeDirectories } from '../../../core/bytes/index.ts';
import { type Destination, lineOf } from './record.ts';

/** Appends lines of JSON to a file; at `maxBytes` it becomes `PATH.1`, and so on, `keep` files in all. */
export function fileDestination(
  path: string,
  limits: { readonly maxBytes: number; readonly keep: number },
): Destination {
  const { maxBytes, keep } = limits;
  let fd: number | undefined;
  let size = 0;
  const open = (): number => {
    makeDirectories(dirname(path), { mode: 0o755 });
    fd = openSync(path, 'a', 0o640);
    size = fstatSync(fd).size;
    return fd;
  };
  const close = (): void => {
    if (fd !== undefined) closeSync(fd);
    fd = undefined;
  };
  const rotate = (): void => {
    close();
    rmSync(keep === 1 ? path : `${path}.${keep - 1}`, { force: true });
    for (let i = keep - 2; i >= 0; i--) {
      try {
        renameSync(i === 0 ? path : `${path}.${i}`, `${path}.${i + 1}`);
      } catch {
        // There are fewer as yet.
      }
    }
  };
  return {
    name: `file ${path}`,
    spools: false,
    send: async records => {
      const bytes = Buffer.from(records.map(lineOf).join(''));
      let to = fd ?? open();
      if (size > 0 && size + bytes.length > maxBytes) {
        rotate();
        to = open();
      }
      size += writeSync(to, bytes);
    },
    [Symbol.asyncDispose]: async () => close(),
  };
}
