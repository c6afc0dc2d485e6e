import { closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { basename } from 'node:path';

const MAX_TEXT = 4096;
const MAX_ENTRIES = 20_000;

/** A small file, trimmed; undefined when it is not there. Longer ones are cut. */
export function readSmall(path: string): string | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const buffer = Buffer.allocUnsafe(MAX_TEXT);
    return buffer
      .toString('utf8', 0, readSync(fd, buffer, 0, MAX_TEXT, 0))
      .replaceAll('\0', '')
      .trim();
  } catch {
    // A device that goes while it is read.
    return undefined;
  } finally {
    closeSync(fd);
  }
}

/** The names in a directory, sorted; none when it is not there. */
export function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path).slice(0, MAX_ENTRIES).sort();
  } catch {
    return [];
  }
}

/** Where a link leads, as it is written. */
export function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** The last name of where a link leads: the driver or subsystem of a device. */
export function linkName(path: string): string | undefined {
  const target = linkOf(path);
  return target === undefined ? undefined : basename(target);
}

/** What is at a path, without following a link. */
export function statOf(path: string): ReturnType<typeof lstatSync> | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

/** The pairs of an `uevent` file. */
export function ueventOf(directory: string): Readonly<Record<string, string>> {
  const lines = (readSmall(`${directory}/uevent`) ?? '').split('\n');
  return Object.fromEntries(
    lines.flatMap(line => {
      const at = line.indexOf('=');
      return at < 1 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
    }),
  );
}

/** Major and minor of a node from its `st_rdev`. (makedev(3), glibc) */
export function numbersOf(rdev: number): { readonly major: number; readonly minor: number } {
  const low = rdev % 2 ** 32;
  const high = Math.floor(rdev / 2 ** 32);
  return {
    major: ((low >>> 8) & 0xfff) + (high & 0xfffff000),
    minor: (low & 0xff) + ((low >>> 12) & 0xfff00) + (high & 0xfff) * 2 ** 20,
  };
}
