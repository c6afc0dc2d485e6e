import { deepEqual, equal, throws } from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { decodeName } from '../../../core/bytes/index.ts';
import { fail, type TestEntry, tarOf } from '../../../core/store/testing/index.ts';
import { indexTar } from '../../../core/tar/index.ts';
import { type LayerScan, TYPES } from './columns.ts';
import { scanPlainTar } from './plain.ts';

function written(t: TestContext, bytes: Uint8Array): { path: string; offset: number; size: number } {
  const directory = mkdtempSync(join(tmpdir(), 'sampan-scan-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'layer.tar');
  writeFileSync(path, bytes);
  return { path, offset: 0, size: bytes.length };
}

function rowsOf(scan: LayerScan): object[] {
  return Array.from({ length: scan.count }, (_, row) => ({
    type: TYPES[scan.type[row]!],
    path: decodeName(scan.paths.subarray(row === 0 ? 0 : scan.pathEnd[row - 1]!, scan.pathEnd[row]!)),
    link: decodeName(scan.links.subarray(row === 0 ? 0 : scan.linkEnd[row - 1]!, scan.linkEnd[row]!)),
    size: scan.size[row],
    mode: scan.mode[row],
    uid: scan.uid[row],
    mtime: scan.mtime[row],
    offset: scan.offset[row],
  }));
}

function expected(tar: { path: string; offset: number; size: number }): object[] {
  return indexTar(tar).map(entry => ({
    type: entry.type,
    path: entry.path,
    link: entry.linkPath,
    size: entry.size,
    mode: entry.mode,
    uid: entry.uid,
    mtime: entry.mtime,
    offset: entry.contentOffset,
  }));
}

const ENTRIES: readonly TestEntry[] = [
  { path: 'etc/', type: 'directory', mode: 0o755 },
  { path: 'etc/motd', content: 'hello', uid: 1000 },
  { path: `deep/${'long/'.repeat(40)}name`, content: 'x'.repeat(70_000) },
  { path: 'größe/\udcff', content: 'y' },
  { path: 'bin', type: 'symlink', linkPath: 'usr/bin' },
  { path: 'far', type: 'symlink', linkPath: '../'.repeat(60) },
  { path: 'etc/again', type: 'hardlink', linkPath: 'etc/motd' },
  { path: 'dev/null', type: 'character', major: 1, minor: 3 },
  { path: 'run/pipe', type: 'fifo' },
  { path: 'big', content: Buffer.alloc(200_000, 1), uid: 3_000_000 },
  { path: 'last', content: 'z', xattrs: new Map([['security.capability', Uint8Array.of(1, 2, 3)]]) },
];

test('a layer is read as the general reader reads it, names of all kinds and sizes among them', t => {
  const tar = written(t, tarOf(ENTRIES));
  const scan = scanPlainTar(tar);
  deepEqual(rowsOf(scan), expected(tar));
  deepEqual(scan.rare.get(7)?.device, [1, 3]);
  deepEqual([...(scan.rare.get(10)?.xattrs?.keys() ?? [])], ['security.capability']);
});

test('entries of all sizes around a block and a window are found', t => {
  const sizes = [0, 1, 511, 512, 513, 15_871, 15_872, 16_383, 16_384, 16_385, 65_536];
  const tar = written(t, tarOf(sizes.map(size => ({ path: `f${size}`, content: Buffer.alloc(size, 7) }))));
  deepEqual(rowsOf(scanPlainTar(tar)), expected(tar));
});

test('an archive that ends early, or is none, is refused', t => {
  const whole = tarOf([{ path: 'a', content: 'x'.repeat(5000) }]);
  throws(() => scanPlainTar(written(t, whole.subarray(0, 3000))), fail('invalid', 'truncated'));
  throws(() => scanPlainTar(written(t, Buffer.alloc(4096, 0x41))), fail('invalid'));
  const { path } = written(t, whole);
  throws(() => scanPlainTar({ path, offset: 0, size: whole.length + 1 }), fail('invalid', 'truncated'));
});

test('an archive without an end is read to its last entry', t => {
  const whole = tarOf([{ path: 'a', content: 'abc' }]);
  equal(scanPlainTar(written(t, whole.subarray(0, 1024))).count, 1);
});

test('more entries than allowed are refused', t => {
  const tar = written(t, tarOf(Array.from({ length: 20 }, (_, i) => ({ path: `f${i}` }))));
  throws(() => scanPlainTar(tar, { maxEntries: 10 }), fail('limit', '10'));
});

test('a header that lies about its checksum is refused', t => {
  const bytes = tarOf([{ path: 'a', content: 'abc' }]);
  bytes[0] = 0x62;
  throws(() => scanPlainTar(written(t, bytes)), fail('invalid', 'checksum'));
});

test('a global header is in force for all entries after it', t => {
  const record = Buffer.from('20 mtime=1700000000\n');
  const [global, file] = [tarOf([{ path: 'g', content: record }]), tarOf(ENTRIES)];
  const header = global.subarray(0, 512);
  header[156] = 'g'.charCodeAt(0);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  const tar = written(t, Buffer.concat([global.subarray(0, 1024), file]));
  deepEqual(rowsOf(scanPlainTar(tar)), expected(tar));
  equal(scanPlainTar(tar).mtime[1], 1_700_000_000);
});
