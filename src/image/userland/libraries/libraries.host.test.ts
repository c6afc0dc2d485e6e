import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { bytesContent, fileContent } from '../../../core/bytes/index.ts';
import { type Node, type Tree, treeOf } from '../../tree/index.ts';
import { librariesIn } from './index.ts';

const DIRECTORIES = [
  '/usr/bin',
  '/usr/sbin',
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib64',
];
const PROGRAMS = ['/usr/bin', '/usr/sbin'];
const SAMPLE = 40;

/** What a loader can see of this machine: its libraries and programs, not deep directories. */
function thisMachine(): Tree {
  const files: Record<string, Partial<Node>> = {};
  const add = (path: string): void => {
    const stat = lstatSync(path);
    if (stat.isSymbolicLink()) files[path] = { kind: 'symlink', target: readlinkSync(path) };
    if (stat.isFile()) files[path] = { kind: 'file', content: fileContent(path, stat.size) };
  };
  const extra = ['/usr/local/lib', '/etc/ld.so.conf.d', '/usr/lib'];
  for (const directory of [...DIRECTORIES, ...extra].filter(path => existsSync(path))) {
    if (!lstatSync(directory).isDirectory()) continue;
    for (const name of readdirSync(directory)) add(join(directory, name));
  }
  for (const path of ['/lib', '/lib64', '/bin', '/sbin', '/etc/ld.so.conf']) if (existsSync(path)) add(path);
  if (existsSync('/etc/ld.so.cache')) {
    files['/etc/ld.so.cache'] = { kind: 'file', content: bytesContent(readFileSync('/etc/ld.so.cache')) };
  }
  return treeOf(files);
}

/** The real paths that the loader of this machine maps for a program; undefined when it does not say. */
function loaderSays(loader: string, program: string): Set<string> | undefined {
  try {
    const text = execFileSync(loader, ['--list', program], { encoding: 'utf8', stdio: 'pipe', env: {} });
    const paths = [...text.matchAll(/(?:=> |^\t)(\/\S+) \(0x/gm)].map(match => realpathSync(match[1]!));
    return new Set(paths);
  } catch {
    return undefined;
  }
}

describe('the library search, beside the real loader', () => {
  const merged = existsSync('/lib') && lstatSync('/lib').isSymbolicLink();
  const loader = ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1'].find(path => existsSync(path));

  test('maps what glibc maps for the programs of this machine', t => {
    if (loader === undefined || !merged) return t.skip('needs glibc and a merged /usr');
    const tree = thisMachine();
    const libraries = librariesIn(tree);
    const names = PROGRAMS.flatMap(directory => tree.list(directory).map(name => join(directory, name)));
    const programs = names.filter(path => tree.get(path)?.kind === 'file');
    const step = Math.max(1, Math.floor(programs.length / SAMPLE));
    let compared = 0;
    for (const path of programs.filter((_, index) => index % step === 0)) {
      const closure = libraries.closure([path]);
      const elf = closure.files.get(path)?.elf;
      if (elf?.linkage !== 'dynamic' || elf.interpreter !== loader) continue;
      if (elf.rpath.length + elf.runpath.length > 0) continue;
      const wanted = loaderSays(loader, path);
      if (wanted === undefined) continue;
      const got = [...closure.files.values()].filter(
        file => file.path !== path && file.reasons.some(reason => reason.role !== 'variant'),
      );
      compared++;
      assert.deepEqual(got.map(file => file.path).sort(), [...wanted].sort(), path);
      assert.deepEqual(closure.missing, [], path);
    }
    assert.ok(compared > 0, 'no program was compared');
  });
});
