import { existsSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileContent } from '../../core/bytes/index.ts';
import { SampanError } from '../../core/errors/index.ts';
import { readElf } from '../../image/userland/elf/index.ts';

/** A file or directory of the image of an agent. */
export interface RootFile {
  /** Without a leading slash; directories end in `/`. */
  readonly path: string;
  readonly mode: number;
  /** A path of this machine, or bytes; a directory has none. */
  readonly from: string | Uint8Array | undefined;
}

const TRIPLES: Readonly<Record<string, string>> = { amd64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };
const AUTHORITIES = [
  'etc/ssl/certs/ca-certificates.crt',
  'etc/pki/tls/certs/ca-bundle.crt',
  'etc/ssl/cert.pem',
];
/** Loaded by the C library itself when names are resolved. (nsswitch.conf(5)) */
const RESOLVERS = ['libnss_dns.so.2', 'libnss_files.so.2', 'libresolv.so.2'];

/**
 * All that an executable needs to run alone: itself, the loader, its libraries and theirs, from below `root`;
 * certificate authorities of this machine; users. Sorted.
 *
 * @throws SampanError `not-found` for a library that is not below `root`.
 */
export function rootFiles(executable: string, root: string): readonly RootFile[] {
  const program = elfOf(executable);
  const found = new Map<string, string>();
  const waiting = [...(program?.needed ?? [])];
  const triple = TRIPLES[program?.architecture ?? ''] ?? '';
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    const path = libraryAt(name, root, triple);
    if (path === undefined) throw missing(name, root, program?.architecture ?? '');
    found.set(name, path);
    waiting.push(...(elfOf(path)?.needed ?? []));
  }
  for (const name of RESOLVERS) {
    const path = found.has(name) ? undefined : libraryAt(name, root, triple);
    if (path !== undefined) found.set(name, path);
  }
  return withDirectories([
    { path: 'sampan', mode: 0o755, from: executable },
    ...interpreterOf(program?.interpreter, found),
    ...[...found].map(([name, from]) => ({ path: `lib/${triple}/${name}`, mode: 0o755, from })),
    ...authorities(),
    text('etc/passwd', 'root:x:0:0:root:/root:/sampan\n'),
    text('etc/group', 'root:x:0:\n'),
    text('etc/nsswitch.conf', 'hosts: files dns\n'),
    { path: 'tmp/', mode: 0o1777, from: undefined },
    { path: 'etc/sampan/', mode: 0o755, from: undefined },
    { path: 'run/', mode: 0o755, from: undefined },
    { path: 'var/lib/', mode: 0o755, from: undefined },
    { path: 'root/', mode: 0o700, from: undefined },
  ]);
}

function elfOf(path: string): ReturnType<typeof readElf> {
  return readElf(fileContent(path, statSync(path).size));
}

function libraryAt(name: string, root: string, triple: string): string | undefined {
  const places = [`lib/${triple}`, `usr/lib/${triple}`, 'lib64', 'usr/lib64', 'lib', 'usr/lib'];
  const path = places.map(place => join(root, place, name)).find(one => existsSync(one));
  return path === undefined ? undefined : realpathSync(path);
}

/** It is asked for by its path, and is one of the libraries besides. */
function interpreterOf(path: string | undefined, found: ReadonlyMap<string, string>): readonly RootFile[] {
  const from = path === undefined ? undefined : found.get(path.slice(path.lastIndexOf('/') + 1));
  return path === undefined || from === undefined ? [] : [{ path: path.slice(1), mode: 0o755, from }];
}

function authorities(): readonly RootFile[] {
  const from = AUTHORITIES.map(path => `/${path}`).find(path => existsSync(path));
  return from === undefined ? [] : [{ path: AUTHORITIES[0] ?? '', mode: 0o644, from: realpathSync(from) }];
}

function text(path: string, content: string): RootFile {
  return { path, mode: 0o644, from: Buffer.from(content) };
}

/** Every directory before what is in it. */
function withDirectories(files: readonly RootFile[]): readonly RootFile[] {
  const all = new Map(files.map(file => [file.path, file]));
  for (const { path } of files)
    for (let at = path.indexOf('/'); at > 0 && at < path.length - 1; at = path.indexOf('/', at + 1)) {
      const directory = path.slice(0, at + 1);
      if (!all.has(directory)) all.set(directory, { path: directory, mode: 0o755, from: undefined });
    }
  return [...all.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function missing(name: string, root: string, architecture: string): SampanError {
  const packages = 'libc6-arm64-cross and libstdc++6-arm64-cross (root /usr/aarch64-linux-gnu)';
  return new SampanError('not-found', `there is no ${name} for ${architecture} below ${root}`, {
    remedy: `name a root of that platform with --root: Debian has it in ${packages}`,
  });
}
