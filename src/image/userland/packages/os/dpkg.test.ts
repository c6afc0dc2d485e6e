import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readContent } from '../../../../core/bytes/index.ts';
import { type Sample, treeOf } from '../../../tree/index.ts';
import { readPackageDatabases } from './database.ts';
import { reachablePackages } from './reach.ts';
import { reducedDatabase } from './reduce.ts';

const STATUS = `Package: libc6
Status: install ok installed
Installed-Size: 12
Architecture: amd64
Source: glibc
Version: 2.36
Description: a library
 with a long text

Package: dash
Essential: yes
Status: install ok installed
Installed-Size: 3
Architecture: amd64
Version: 0.5
Pre-Depends: libc6 (>= 2.30)
Depends: debianutils (>= 2) | busybox:any [amd64], awk
Conffiles:
 /etc/dash.conf 0123456789abcdef0123456789abcdef
 /etc/old.conf 0123456789abcdef0123456789abcdef obsolete

Package: removed
Status: deinstall ok config-files
Architecture: all
Version: 1

Package: mawk
Status: install ok installed
Architecture: amd64
Version: 1.3
Provides: awk, other (= 2)

Package: bash
Status: install ok installed
Architecture: amd64
Version: 5
`;

const DEBIAN: Readonly<Record<string, Sample>> = {
  '/lib': '-> usr/lib',
  '/bin': '-> usr/bin',
  '/usr/lib/libc.so.6': 'elf',
  '/usr/bin/dash': 'elf',
  '/usr/bin/sh': '-> dash',
  '/usr/bin/sh.distrib': 'the other',
  '/usr/bin/mawk': 'elf',
  '/usr/bin/awk': '-> /etc/alternatives/awk',
  '/etc/alternatives/awk': '-> /usr/bin/mawk',
  '/etc/dash.conf': 'x',
  '/var/lib/dpkg/status': STATUS,
  '/var/lib/dpkg/diversions': '/bin/sh\n/bin/sh.distrib\ndash\n',
  '/var/lib/dpkg/alternatives/awk':
    'auto\n/usr/bin/awk\nawk.1.gz\n/usr/share/man/man1/awk.1.gz\n\n/usr/bin/mawk\n5\n\n',
  '/var/lib/dpkg/info/libc6:amd64.list': '/.\n/lib\n/lib/libc.so.6\n/usr/share/doc/libc6/copyright\n',
  '/var/lib/dpkg/info/libc6:amd64.md5sums':
    '0123456789abcdef0123456789abcdef  lib/libc.so.6\n0123456789abcdef0123456789abcdef  usr/share/doc/libc6/copyright\n',
  '/var/lib/dpkg/info/dash.list': '/.\n/bin\n/bin/dash\n/bin/sh\n/etc\n/etc/dash.conf\n',
  '/var/lib/dpkg/info/bash.list': '/bin/sh\n',
  '/var/lib/dpkg/info/mawk.list': '/usr\n/usr/bin\n/usr/bin/mawk\n',
};

function debian() {
  const tree = treeOf(DEBIAN);
  const [database] = readPackageDatabases(tree);
  assert.ok(database);
  const named = (name: string) => database.packages.find(each => each.name === name)!;
  return { tree, database, named };
}

test('installed packages are read with their fields, removed ones are not', () => {
  const { database, named } = debian();
  assert.deepEqual(
    database.packages.map(each => each.name),
    ['bash', 'dash', 'libc6', 'mawk'],
  );
  assert.equal(named('libc6').source, 'glibc');
  assert.equal(named('libc6').installedSize, 12 * 1024);
  assert.match(named('libc6').raw, /^Package: libc6\n[\s\S]*with a long text$/);
  assert.equal(named('dash').essential, true);
  assert.deepEqual(named('dash').depends, [['libc6'], ['debianutils', 'busybox'], ['awk']]);
  assert.deepEqual(named('dash').conffiles, ['/etc/dash.conf']);
});

test('a file is owned by its real path, on a system with merged directories', () => {
  const { database, named } = debian();
  assert.equal(database.ownerOf('/usr/lib/libc.so.6')?.name, 'libc6');
  assert.equal(database.ownerOf('/lib/libc.so.6'), undefined);
  assert.deepEqual(named('libc6').files, ['/usr/lib/libc.so.6']);
});

test('a diverted file belongs to the package that it was moved aside for', () => {
  const { database } = debian();
  assert.equal(database.ownerOf('/usr/bin/sh')?.name, 'dash');
  assert.equal(database.ownerOf('/usr/bin/sh.distrib')?.name, 'bash');
});

test('an alternative belongs to the package that it leads to', () => {
  const { database } = debian();
  assert.equal(database.ownerOf('/usr/bin/awk')?.name, 'mawk');
  assert.equal(database.ownerOf('/etc/alternatives/awk')?.name, 'mawk');
});

test('what a package cannot run without is reached by name and by what is provided', () => {
  const { database, named } = debian();
  const reached = [...reachablePackages(database, [named('dash')])].map(each => each.name);
  assert.deepEqual(reached.sort(), ['dash', 'libc6', 'mawk']);
});

test('a reduced database has a stanza and the checksums of kept files, and reads the same', () => {
  const { tree, database, named } = debian();
  const written = reducedDatabase(tree, database, {
    packages: [named('libc6')],
    keeps: path => path === '/usr/lib/libc.so.6',
  });
  assert.deepEqual(
    written?.map(each => [each.path, readContent(each.content).toString()]),
    [
      ['/var/lib/dpkg/status.d/libc6', `${named('libc6').raw}\n`],
      ['/var/lib/dpkg/status.d/libc6.md5sums', '0123456789abcdef0123456789abcdef  lib/libc.so.6\n'],
    ],
  );
  const after = treeOf({
    '/lib': '-> usr/lib',
    '/usr/lib/libc.so.6': 'elf',
    ...Object.fromEntries(written!.map(each => [each.path, readContent(each.content)])),
  });
  const [again] = readPackageDatabases(after);
  assert.deepEqual(
    again?.packages,
    [named('libc6')].map(({ directories: _, ...rest }) => ({ ...rest, directories: [] })),
  );
  assert.equal(again?.ownerOf('/usr/lib/libc.so.6')?.name, 'libc6');
});

test('two architectures of one package do not overwrite each other', () => {
  const stanza = (architecture: string) => `Package: z\nVersion: 1\nArchitecture: ${architecture}\n`;
  const tree = treeOf({
    '/var/lib/dpkg/status': `${stanza('amd64')}\n${stanza('i386')}`,
    '/var/lib/dpkg/info/z:amd64.list': '/usr/lib/x86/z\n',
    '/var/lib/dpkg/info/z:i386.list': '/usr/lib/i386/z\n',
    '/usr/lib/x86/z': '',
    '/usr/lib/i386/z': '',
  });
  const [database] = readPackageDatabases(tree);
  assert.equal(database?.ownerOf('/usr/lib/i386/z')?.architecture, 'i386');
  const written = reducedDatabase(tree, database!, { packages: database!.packages, keeps: () => true });
  assert.deepEqual(
    written?.map(each => each.path),
    ['/var/lib/dpkg/status.d/z', '/var/lib/dpkg/status.d/z:i386'],
  );
});

test('a tree without a database has none', () => {
  assert.deepEqual(readPackageDatabases(treeOf({ '/app': 'x' })), []);
});

test('nonsense in a status file makes no package, and does not stop the others', () => {
  const tree = treeOf({
    '/var/lib/dpkg/status': `\u0000\n:\n x\n\nInstalled-Size: ${'9'.repeat(400)}\n\nPackage: a\nInstalled-Size: ${'9'.repeat(400)}\nDepends: ,|, (|\n`,
  });
  const [database] = readPackageDatabases(tree);
  assert.deepEqual(
    database?.packages.map(each => [each.name, each.installedSize, each.depends]),
    [['a', 0, []]],
  );
});

test('a status file beyond the limit is an error that names it', () => {
  const content = { size: 1e12, pieces: [{ kind: 'zeros' as const, size: 1e12 }] };
  const meta = { mode: 0o644, uid: 0, gid: 0, mtime: 0 };
  const node = { kind: 'file' as const, path: '/var/lib/dpkg/status', meta, layer: 0, content };
  const tree = { ...treeOf({}), resolve: () => ({ node, via: [] }) };
  assert.throws(() => readPackageDatabases(tree), { code: 'limit', message: /\/var\/lib\/dpkg\/status/ });
});
