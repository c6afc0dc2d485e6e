import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type HostFiles, hostFiles } from '../../files/index.ts';

/** What a made machine has: texts, libraries, and links. */
export type MadeFiles = Readonly<Record<string, string | Buffer | { readonly to: string }>>;

/** A machine in a directory. */
export interface MadeMachine extends Disposable {
  readonly root: string;
  readonly files: HostFiles;
  add(files: MadeFiles): void;
  remove(path: string): void;
}

/** Makes one. A path that ends in a slash is a directory. */
export function makeMachine(made: MadeFiles): MadeMachine {
  const root = mkdtempSync(join(tmpdir(), 'sampan-cdi-'));
  const add = (files: MadeFiles): void => {
    for (const [path, what] of Object.entries(files)) put(join(root, path), what, path.endsWith('/'));
  };
  add(made);
  return {
    root,
    files: hostFiles(root),
    add,
    remove: path => rmSync(join(root, path), { recursive: true }),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

function put(path: string, what: MadeFiles[string], isDirectory: boolean): void {
  mkdirSync(isDirectory ? path : dirname(path), { recursive: true });
  if (isDirectory) return;
  if (typeof what === 'string' || Buffer.isBuffer(what)) writeFileSync(path, what);
  else symlinkSync(what.to, path);
}

/** The first bytes of a library of 64 bits, or of 32. */
export function library(bits: 32 | 64 = 64): Buffer {
  return Buffer.from([0x7f, 0x45, 0x4c, 0x46, bits === 64 ? 2 : 1, 1, 1, 0]);
}

const HEADER_BYTES = 48;
const ENTRY_BYTES = 24;

/** A loader's cache with these names and paths. (glibc, `elf/cache.c`) */
export function loaderCache(entries: readonly (readonly [name: string, path: string])[]): Buffer {
  const table = Buffer.alloc(HEADER_BYTES + entries.length * ENTRY_BYTES);
  table.write('glibc-ld.so.cache1.1', 'latin1');
  table.writeUInt32LE(entries.length, 20);
  const strings: Buffer[] = [];
  let at = table.length;
  const keep = (text: string): number => {
    const bytes = Buffer.from(`${text}\0`);
    strings.push(bytes);
    at += bytes.length;
    return at - bytes.length;
  };
  for (const [index, [name, path]] of entries.entries()) {
    const entry = HEADER_BYTES + index * ENTRY_BYTES;
    table.writeUInt32LE(3, entry);
    table.writeUInt32LE(keep(name), entry + 4);
    table.writeUInt32LE(keep(path), entry + 8);
  }
  return Buffer.concat([table, ...strings]);
}
