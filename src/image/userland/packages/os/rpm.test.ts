import { deepEqual, equal, ok } from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { bytesContent } from '../../../../core/bytes/index.ts';
import { type Tree, treeOf } from '../../../tree/index.ts';
import { reachablePackages } from './reach.ts';
import { readRpm } from './rpm.ts';
import { sqliteRows } from './sqlite.ts';

/** More names than one page of the database holds. */
const MANY = Array.from({ length: 400 }, (_, i) => `/usr/share/tool/a-rather-long-name-of-a-table-${i}.dat`);

const TOOL = `Name: tool
Version: 1.2
Release: 3
Epoch: 7
Summary: a tool
License: none
Vendor: Someone
AutoReqProv: no
Requires: library, /bin/sh
%description
a tool
%package -n lib
Epoch: 0
Version: 0.1
Release: 1
Summary: a library
AutoReqProv: no
Provides: library
%description -n lib
a library
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/usr/share/tool %{buildroot}/etc %{buildroot}/lib64
echo lib >%{buildroot}/lib64/lib.so.1
echo tool >%{buildroot}/usr/bin/tool
echo x >%{buildroot}/etc/tool.conf
for i in $(seq 0 399); do echo $i >%{buildroot}/usr/share/tool/a-rather-long-name-of-a-table-$i.dat; done
%files
/usr/bin/tool
%config /etc/tool.conf
%dir /usr/share/tool
/usr/share/tool/*
%files -n lib
/lib64/lib.so.1
`;

const skip = spawnSync('rpmbuild', ['--version']).status === 0 ? false : 'there is no rpmbuild';

describe('the database of rpm', { skip }, () => {
  const at = mkdtempSync(join(tmpdir(), 'sampan-rpm-'));
  let database: Buffer;
  before(() => {
    writeFileSync(join(at, 'tool.spec'), TOOL);
    const quick = ['__os_install_post %{nil}', 'debug_package %{nil}', `_topdir ${at}`];
    const defined = quick.flatMap(each => ['--define', each]);
    execFileSync('rpmbuild', ['-bb', ...defined, join(at, 'tool.spec')], { stdio: 'ignore' });
    const place = join(at, 'db');
    mkdirSync(place);
    const rpms = execFileSync('find', [at, '-name', '*.rpm']).toString().trim().split('\n');
    const options = ['--dbpath', place, '--justdb', '--nodeps', '--ignorearch', '--install'];
    execFileSync('rpm', [...options, ...rpms], { stdio: 'ignore' });
    database = readFileSync(join(place, 'rpmdb.sqlite'));
  });
  after(() => rmSync(at, { recursive: true, force: true }));

  const tree = (more: Record<string, string | Uint8Array> = {}): Tree =>
    treeOf({
      '/lib64': '-> usr/lib64',
      '/usr/lib64/lib.so.1': 'lib',
      '/usr/bin/tool': 'tool',
      '/etc/tool.conf': 'x',
      ...Object.fromEntries(MANY.map(path => [path, 'x'])),
      '/usr/share/mine': 'nobody knows it',
      ...Object.fromEntries(
        Object.entries({ '/var/lib/rpm/rpmdb.sqlite': database, ...more }).map(([path, bytes]) => [
          path,
          { kind: 'file', content: bytesContent(bytes) } as const,
        ]),
      ),
    });

  test('tells the packages, their files as they are in the tree, and who owns what', () => {
    const found = readRpm(tree());
    ok(found?.complete);
    const [library, tool] = found.packages;
    equal(found.packages.length, 2);
    deepEqual(library?.files, ['/usr/lib64/lib.so.1']);
    deepEqual(
      [tool?.name, tool?.version, tool?.maintainer, tool?.conffiles],
      ['tool', '7:1.2-3', 'Someone', ['/etc/tool.conf']],
    );
    deepEqual(tool?.files.toSorted(), [...MANY, '/etc/tool.conf', '/usr/bin/tool'].toSorted());
    deepEqual(tool?.directories, ['/usr/share/tool']);
    equal(found.ownerOf('/usr/lib64/lib.so.1'), library);
    equal(found.ownerOf('/usr/share/mine'), undefined);
  });

  test('tells what a package cannot run without, by what others provide', () => {
    const found = readRpm(tree())!;
    const [library, tool] = found.packages;
    deepEqual([...reachablePackages(found, [tool!])], [tool, library]);
    deepEqual([...reachablePackages(found, [library!])], [library]);
  });

  test('is not complete with a write-ahead log, in another form, or broken', () => {
    const log = readRpm(tree({ '/var/lib/rpm/rpmdb.sqlite-wal': 'rows' }));
    const older = readRpm(treeOf({ '/var/lib/rpm/Packages': 'x' }));
    const cut = readRpm(tree({ '/var/lib/rpm/rpmdb.sqlite': database.subarray(0, database.length - 9000) }));
    for (const found of [log, older, cut]) {
      equal(found?.complete, false);
      deepEqual(found.packages, []);
      deepEqual(found.databasePaths, ['/var/lib/rpm']);
    }
    equal(readRpm(treeOf({ '/a': 'x' })), undefined);
  });

  test('is read to an end whatever its bytes are', () => {
    // Numbers that anyone can make again: a linear congruential generator.
    let state = 1;
    const random = (below: number): number => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return state % below;
    };
    for (let round = 0; round < 200; round += 1) {
      const spoiled = Buffer.from(database);
      for (let i = 0; i < 30; i += 1) spoiled[random(spoiled.length)] = random(256);
      // Where the structure is: the headers of pages, and their cells.
      for (let i = 0; i < 4; i += 1) spoiled[random(spoiled.length / 4096) * 4096 + random(16)] = random(256);
      const found = readRpm(tree({ '/var/lib/rpm/rpmdb.sqlite': spoiled }));
      ok(found !== undefined);
    }
  });

  test('has the rows that SQLite itself finds', async () => {
    const { DatabaseSync } = await import('node:sqlite');
    const own = sqliteRows(database, 'Packages').map(row => row[1]);
    writeFileSync(join(at, 'copy.sqlite'), database);
    using copy = new DatabaseSync(join(at, 'copy.sqlite'));
    const rows = copy.prepare('SELECT blob FROM Packages ORDER BY hnum').all();
    deepEqual(
      own,
      rows.map(row => Buffer.from(row.blob as Uint8Array)),
    );
  });
});

test('a table larger than a page, of SQLite itself, is read whole and in order', async t => {
  const at = mkdtempSync(join(tmpdir(), 'sampan-sqlite-'));
  t.after(() => rmSync(at, { recursive: true, force: true }));
  const { DatabaseSync } = await import('node:sqlite');
  const path = join(at, 'x.sqlite');
  const made = new DatabaseSync(path);
  made.exec('PRAGMA page_size = 512; CREATE TABLE t (id INTEGER PRIMARY KEY, size INTEGER, b BLOB)');
  const insert = made.prepare('INSERT INTO t (size, b) VALUES (?, ?)');
  made.exec('BEGIN');
  const sizes = Array.from({ length: 3000 }, (_, i) => (i * 7919) % 1500);
  for (const size of sizes) insert.run(size, Buffer.alloc(size, size % 251));
  made.exec('COMMIT');
  made.close();
  const rows = sqliteRows(readFileSync(path), 't');
  deepEqual(
    rows.map(row => row[1]),
    sizes,
  );
  for (const [, size, bytes] of rows)
    ok(Buffer.isBuffer(bytes) && bytes.equals(Buffer.alloc(Number(size), Number(size) % 251)));
});
