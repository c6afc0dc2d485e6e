import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { bytesContent, joinContent, readContent, systemPath } from '../../core/bytes/index.ts';
import { isSampanError } from '../../core/errors/index.ts';
import { type Node, type Tree, treeOf } from '../tree/index.ts';
import { footprints, keepsAccessTimes } from './footprints.ts';
import { attributeWarnings } from './reservations.ts';
import { LONG_AGO, unpack } from './unpack.ts';

const skip = process.getuid?.() === 0 ? false : 'not root';

function scratch(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'sampan-rootfs-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const META = { mode: 0o644, uid: 0, gid: 0, mtime: 1_700_000_000 };
const LINKS = { paths: ['/b/link', '/a/linked'] };
const HOLE = joinContent([
  bytesContent('begin'),
  { size: 1 << 20, pieces: [{ kind: 'zeros', size: 1 << 20 }] },
]);

/** Everything that a node can be. */
function oddTree(): Tree {
  return treeOf({
    '/': { kind: 'directory', meta: { ...META, mode: 0o711 } },
    '/a': { kind: 'directory', meta: { ...META, mode: 0o2770, uid: 3, gid: 4, mtime: 12.5 } },
    '/a/linked': { links: LINKS, content: bytesContent('one inode') },
    '/b/link': { links: LINKS, content: bytesContent('one inode') },
    '/a/suid': { meta: { ...META, mode: 0o6755, uid: 5, gid: 6 }, content: bytesContent('x') },
    '/a/secret': { meta: { ...META, mode: 0 }, content: bytesContent('secret') },
    '/a/empty': '',
    '/a/hole': { content: HOLE },
    '/a/old': { meta: { ...META, mtime: 0 } },
    '/a/attributed': { meta: { ...META, xattrs: new Map([['user.a b', Buffer.from([0, 1, 255])]]) } },
    '/a/n\u00e4me \udcff\n\\': 'odd name',
    '/a/-n': 'begins with a dash',
    '/a/symlink': { kind: 'symlink', target: '../no where', meta: { ...META, mode: 0o777, uid: 7 } },
    '/a/pipe': { kind: 'fifo', meta: { ...META, mode: 0o622 } },
    '/a/null': { kind: 'character', major: 1, minor: 3, meta: { ...META, mode: 0o666 } },
    '/a/disk': { kind: 'block', major: 7, minor: 0 },
  } as Parameters<typeof treeOf>[0]);
}

const TYPES: Readonly<Record<Node['kind'], number>> = {
  file: 0o100000,
  directory: 0o40000,
  symlink: 0o120000,
  character: 0o20000,
  block: 0o60000,
  fifo: 0o10000,
};

function compare(node: Node, directory: string): void {
  const path = systemPath(directory + node.path);
  const stat = lstatSync(path);
  const { mode, uid, gid, mtime } = node.meta;
  const wanted = { type: TYPES[node.kind], mode: node.kind === 'symlink' ? 0o777 : mode, uid, gid, mtime };
  const got = {
    type: stat.mode & 0o170000,
    mode: stat.mode & 0o7777,
    uid: stat.uid,
    gid: stat.gid,
    mtime: stat.mtimeMs / 1000,
  };
  deepEqual(got, wanted, node.path);
  equal(stat.atimeMs / 1000, LONG_AGO, `the access time of ${node.path}`);
  if (node.kind === 'file') equal(stat.size, node.content.size, node.path);
  if (node.kind === 'symlink') equal(readlinkSync(path), node.target);
  if (node.kind === 'character' || node.kind === 'block') equal(stat.rdev, node.major * 256 + node.minor);
}

describe('unpacking', { skip }, () => {
  test('makes every node as it is, and no access shows', async t => {
    const directory = join(scratch(t), 'root');
    const tree = oddTree();
    const { withoutXattrs } = await unpack(tree, directory);
    deepEqual(footprints(tree, directory), []);
    for (const node of tree.nodes()) compare(node, directory);
    for (const node of tree.nodes()) {
      if (node.kind === 'file')
        deepEqual(readFileSync(systemPath(directory + node.path)), readContent(node.content), node.path);
    }
    equal(lstatSync(join(directory, 'a/linked')).ino, lstatSync(join(directory, 'b/link')).ino);
    ok(lstatSync(join(directory, 'a/hole')).blocks * 512 < 100_000, 'the hole takes space');
    if (withoutXattrs.length > 0) return;
    const dumped = execFileSync('getfattr', ['-n', 'user.a b', '-e', 'hex', join(directory, 'a/attributed')]);
    ok(dumped.includes('0x0001ff'), dumped.toString());
  });

  test('tells which nodes are left without extended attributes, and no others', async t => {
    const at = scratch(t);
    if (spawnSync('setfattr', ['--version']).status !== 0) return t.skip('there is no setfattr');
    const xattrs = new Map([['user.a', Buffer.from('1')]]);
    const tree = treeOf({
      '/file': { meta: { ...META, xattrs } },
      // The kernel takes no such attribute on a symlink (xattr(7)).
      '/link': { kind: 'symlink', target: 'file', meta: { ...META, xattrs } },
    } as Parameters<typeof treeOf>[0]);
    const { withoutXattrs } = await unpack(tree, join(at, 'root'));
    deepEqual(withoutXattrs, ['/link']);
    const [told, ...others] = attributeWarnings(tree, withoutXattrs);
    match(told ?? '', /extended attributes of \/link could not be set/);
    deepEqual(others, []);
    equal(execFileSync('getfattr', ['--only-values', '-n', 'user.a', join(at, 'root/file')]).toString(), '1');
  });

  test('without contents makes the sizes alone', async t => {
    const directory = join(scratch(t), 'root');
    const tree = oddTree();
    await unpack(tree, directory, { hollow: true });
    for (const node of tree.nodes()) compare(node, directory);
    deepEqual(readFileSync(join(directory, 'a/secret')), Buffer.alloc(6));
  });

  test('many files are all there', async t => {
    const directory = join(scratch(t), 'root');
    const files = Object.fromEntries(
      Array.from({ length: 1500 }, (_, i) => [`/d${i % 7}/f${i}`, `content ${i}`]),
    );
    await unpack(treeOf(files), directory);
    for (const [path, text] of Object.entries(files)) equal(readFileSync(directory + path, 'utf8'), text);
  });

  test('into what is there already, or where it does not fit, is refused', async t => {
    const at = scratch(t);
    await rejects(unpack(treeOf({ '/a': 'x' }), at), error => isSampanError(error, 'invalid'));
    const huge = {
      size: 2 ** 50,
      pieces: [{ kind: 'file', path: '/dev/zero', offset: 0, size: 2 ** 50 }],
    } as const;
    const unpacking = unpack(treeOf({ '/huge': { kind: 'file', content: huge } }), join(at, 'root'));
    await rejects(unpacking, error => isSampanError(error, 'no-space') && error.remedy !== undefined);
  });

  test('stops when it is interrupted, and when a file cannot be written', async t => {
    const at = scratch(t);
    const signal = AbortSignal.abort(new Error('stop'));
    await rejects(unpack(treeOf({ '/a': 'x' }), join(at, '1'), { signal }), /stop|interrupted/);
    const gone = { size: 5, pieces: [{ kind: 'file', path: join(at, 'gone'), offset: 0, size: 5 }] } as const;
    const unpacking = unpack(treeOf({ '/app/f': { kind: 'file', content: gone } }), join(at, '2'));
    await rejects(unpacking, error => isSampanError(error, 'not-found') && error.message.includes('/app/f'));
  });
});

describe('footprints', { skip }, () => {
  const tree = treeOf({
    '/read': 'x',
    '/executed': { meta: { ...META, mode: 0o755 }, content: bytesContent('#!/bin/sh\n:\n') },
    '/mapped': 'x',
    '/untouched': 'x',
    '/link': '-> read',
    '/listed/f': 'x',
    '/gone': 'x',
    '/replaced/f': 'x',
    '/written': 'x',
    '/stated': 'x',
    '/other': '-> read',
  });

  test('show what was read, executed, mapped, followed, listed, or is gone, and nothing else', async t => {
    const at = scratch(t);
    if (!keepsAccessTimes(at)) return t.skip('the file system keeps no access times');
    const directory = join(at, 'root');
    await unpack(tree, directory);
    const path = (name: string): string => join(directory, name);
    readFileSync(path('link'));
    spawnSync(path('executed'));
    readdirSync(path('listed'));
    lstatSync(path('stated'));
    rmSync(path('gone'));
    renameSync(path('replaced'), path('moved'));
    writeFileSync(path('replaced'), 'a file now');
    writeFileSync(path('written'), 'y');
    symlinkSync('x', path('new'));
    mkdirSync(path('new-directory'));
    const python = 'import mmap,sys; f=open(sys.argv[1],"r+b"); mmap.mmap(f.fileno(),0)[0]';
    const mapped = spawnSync('python3', ['-c', python, path('mapped')]).status === 0;
    const found = footprints(tree, directory).map(print => `${print.path} ${print.kind}`);
    const expected = [
      '/executed read',
      '/gone read',
      '/link followed',
      '/listed listed',
      ...(mapped ? ['/mapped read'] : []),
      '/read read',
      '/replaced/f read',
    ];
    deepEqual(
      found.filter(each => each !== '/replaced listed'),
      expected,
    );
  });
});

test('a file system without access times is known', { skip }, t => {
  const at = scratch(t);
  const mount = (option: string): number | null =>
    spawnSync('mount', ['-t', 'tmpfs', '-o', option, 'sampan-test', at]).status;
  for (const [option, keeps] of [
    ['noatime', false],
    ['relatime', true],
  ] as const) {
    if (mount(option) !== 0) return t.skip('no right to mount');
    try {
      equal(keepsAccessTimes(at), keeps, option);
    } finally {
      spawnSync('umount', [at]);
    }
  }
});
