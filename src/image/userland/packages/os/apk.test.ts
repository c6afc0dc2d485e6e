import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readContent } from '../../../../core/bytes/index.ts';
import { treeOf } from '../../../tree/index.ts';
import { readPackageDatabases } from './database.ts';
import { reachablePackages } from './reach.ts';
import { reducedDatabase } from './reduce.ts';

const INSTALLED = `C:Q1aaaaaaaaaaaaaaaaaaaaaaaaaaa=
P:musl
V:1.2.5-r0
A:x86_64
S:400000
I:667648
o:musl
m:Someone <someone@example.org>
p:so:libc.musl-x86_64.so.1=1
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755
Z:Q1bbbbbbbbbbbbbbbbbbbbbbbbbbb=
R:libc.musl-x86_64.so.1
a:0:0:777
F:var
F:var/empty
M:0:0:1777

P:busybox
V:1.36.1-r29
A:x86_64
I:100
D:so:libc.musl-x86_64.so.1 musl>=1.2 !conflict
p:cmd:sh=1
F:
F:bin
R:busybox
a:0:0:755
Z:Q1ccccccccccccccccccccccccccc=
F:etc
R:securetty

P:app
V:1
A:noarch
D:/bin/busybox
`;

function alpine(place: string) {
  const tree = treeOf({
    '/lib/ld-musl-x86_64.so.1': 'elf',
    '/lib/libc.musl-x86_64.so.1': '-> ld-musl-x86_64.so.1',
    '/bin/busybox': 'elf',
    '/etc/securetty': 'x',
    '/var/empty': '/',
    [`${place}/installed`]: INSTALLED,
  });
  const [database] = readPackageDatabases(tree);
  assert.ok(database);
  return { tree, database };
}

for (const place of ['/lib/apk/db', '/usr/lib/apk/db']) {
  test(`packages and owners are read from ${place}`, () => {
    const { database } = alpine(place);
    const musl = database.ownerOf('/lib/libc.musl-x86_64.so.1');
    assert.equal(musl?.name, 'musl');
    assert.equal(musl?.installedSize, 667648);
    assert.deepEqual(musl?.directories, ['/lib', '/var', '/var/empty']);
    assert.deepEqual(database.ownerOf('/bin/busybox')?.depends, [['so:libc.musl-x86_64.so.1'], ['musl']]);
    assert.deepEqual(database.ownerOf('/etc/securetty')?.conffiles, ['/etc/securetty']);
    assert.deepEqual(database.databasePaths, [place]);
  });
}

test('dependencies on libraries and on paths are followed', () => {
  const { database } = alpine('/lib/apk/db');
  const app = database.packages.filter(each => each.name === 'app');
  const reached = [...reachablePackages(database, app)].map(each => each.name);
  assert.deepEqual(reached, ['app', 'busybox', 'musl']);
});

test('a reduced database has the records of kept files only', () => {
  const { tree, database } = alpine('/lib/apk/db');
  const written = reducedDatabase(tree, database, {
    packages: database.packages.filter(each => each.name === 'busybox'),
    keeps: path => path === '/bin/busybox',
  });
  assert.equal(written?.length, 1);
  assert.equal(
    readContent(written![0]!.content).toString(),
    'P:busybox\nV:1.36.1-r29\nA:x86_64\nI:100\nD:so:libc.musl-x86_64.so.1 musl>=1.2 !conflict\np:cmd:sh=1\n' +
      'F:bin\nR:busybox\na:0:0:755\nZ:Q1ccccccccccccccccccccccccccc=\n\n',
  );
});
