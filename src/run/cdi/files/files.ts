import { closeSync, fstatSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { join, posix } from 'node:path';

const MAX_LINKS = 40;
const MAX_NAMES = 50_000;
const MAX_TEXT = 1024 * 1024;

/** What is at a path. */
export type FileKind = 'directory' | 'file' | 'link' | 'other';

/** The files of a machine, below a root of their own: of this one, or of one in a test. Nothing here throws. */
export interface HostFiles {
  /** What is there, without following it. */
  kind(path: string): FileKind | undefined;
  /** Where it really is, links followed below the root; undefined when nothing is there. */
  real(path: string): string | undefined;
  /** Names in a directory, sorted. */
  names(path: string): readonly string[];
  /** Where a link leads, as it is written. */
  link(path: string): string | undefined;
  /** The bytes of a file, cut at a limit. */
  bytes(path: string, limitBytes: number): Buffer | undefined;
  /** A short text, trimmed. */
  text(path: string): string | undefined;
}

/** The files below a directory. */
export function hostFiles(root = '/'): HostFiles {
  const at = (path: string): string => join(root, path);
  const files: HostFiles = {
    kind: path => kindAt(at(path)),
    real: path => realBelow(files, path),
    names: path => {
      const real = realBelow(files, path);
      return real === undefined ? [] : namesAt(at(real));
    },
    link: path => attempt(() => readlinkSync(at(path))),
    bytes: (path, limitBytes) => {
      const real = realBelow(files, path);
      return real === undefined ? undefined : attempt(() => bytesAt(at(real), limitBytes));
    },
    text: path => files.bytes(path, MAX_TEXT)?.toString('utf8').replaceAll('\0', '').trim(),
  };
  return files;
}

function attempt<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}

function kindAt(path: string): FileKind | undefined {
  const stat = attempt(() => lstatSync(path));
  if (stat === undefined) return undefined;
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'link';
  return stat.isFile() ? 'file' : 'other';
}

function namesAt(path: string): readonly string[] {
  return (attempt(() => readdirSync(path)) ?? []).slice(0, MAX_NAMES).sort();
}

/** Files of procfs and sysfs say no size, so that it is read until it ends. Others than files are not opened. */
function bytesAt(path: string, limitBytes: number): Buffer | undefined {
  if (!lstatSync(path).isFile()) return undefined;
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(Math.min(limitBytes, Math.max(fstatSync(fd).size, 64 * 1024)));
    let length = 0;
    for (;;) {
      const read = readSync(fd, buffer, length, buffer.length - length, null);
      length += read;
      if (read === 0 || length === buffer.length) return buffer.subarray(0, length);
    }
  } finally {
    closeSync(fd);
  }
}

function realBelow(files: HostFiles, path: string): string | undefined {
  let rest = posix.normalize(`/${path}`).split('/').filter(Boolean);
  let here = '';
  let links = 0;
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    const next = `${here}/${name}`;
    const kind = files.kind(next);
    if (kind === undefined) return undefined;
    if (kind !== 'link') {
      here = next;
      continue;
    }
    if (++links > MAX_LINKS) return undefined;
    const target = posix.resolve(here === '' ? '/' : here, files.link(next) ?? '');
    rest = [...target.split('/').filter(Boolean), ...rest];
    here = '';
  }
  return here === '' ? '/' : here;
}
