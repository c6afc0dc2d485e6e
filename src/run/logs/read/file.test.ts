import { deepEqual, equal } from 'node:assert/strict';
import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openLogFile } from './index.ts';

function fixture(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'sampan-log-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return join(directory, 'x-json.log');
}

test('a file is followed through rotation, truncation and halves of lines', t => {
  const path = fixture(t);
  using file = openLogFile(path, { from: 'end' });
  const lines: string[] = [];
  const read = () => file.read(1 << 20, bytes => lines.push(bytes.toString()));
  read();
  writeFileSync(path, 'one\ntw');
  read();
  deepEqual(lines, ['one']);
  appendFileSync(path, 'o\nlast of old\n');
  renameSync(path, `${path}.1`);
  writeFileSync(path, 'first of new\n');
  equal(read().skippedBytes, 0);
  deepEqual(lines.splice(0), ['one', 'two', 'last of old', 'first of new']);
  truncateSync(path, 0);
  read();
  appendFileSync(path, 'again\n');
  read();
  deepEqual(lines, ['again']);
});

test('what comes too fast is counted, and reading goes on with a whole line', t => {
  const path = fixture(t);
  writeFileSync(path, '');
  using file = openLogFile(path, { from: 'end' });
  const line = `${'x'.repeat(99)}\n`;
  appendFileSync(path, line.repeat(10_000));
  const sizes = new Set<number>();
  const { readBytes, skippedBytes } = file.read(1050, bytes => sizes.add(bytes.length));
  equal(readBytes + skippedBytes, 1_000_000);
  deepEqual([...sizes], [99]);
});

test('files that were rotated away unread are counted', t => {
  const path = fixture(t);
  writeFileSync(path, 'a\n');
  using file = openLogFile(path, { from: 'start' });
  renameSync(path, `${path}.3`);
  writeFileSync(`${path}.2`, 'bb\n');
  writeFileSync(`${path}.1`, 'ccc\n');
  writeFileSync(path, 'd\n');
  const lines: string[] = [];
  const { skippedBytes } = file.read(1 << 20, bytes => lines.push(bytes.toString()));
  deepEqual(lines, ['a', 'd']);
  equal(skippedBytes, 7);
});

test('a file is read on from where it was left, and from its start when it is another', t => {
  const path = fixture(t);
  writeFileSync(path, 'a\nb\n');
  const first = openLogFile(path, { from: 'end' });
  const place = first.place();
  first[Symbol.dispose]();
  appendFileSync(path, 'c\n');
  const lines: string[] = [];
  using next = openLogFile(path, { from: place ?? 'end' });
  next.read(1000, bytes => lines.push(bytes.toString()));
  deepEqual(lines, ['c']);
  using other = openLogFile(path, { from: { inode: 1, offset: 2 } });
  other.read(1000, bytes => lines.push(bytes.toString()));
  deepEqual(lines, ['c', 'a', 'b', 'c']);
});

test('a line without an end takes bounded memory', t => {
  const path = fixture(t);
  writeFileSync(path, Buffer.alloc(5 << 20, 120));
  using file = openLogFile(path, { from: 'start' });
  const sizes: number[] = [];
  file.read(8 << 20, bytes => sizes.push(bytes.length));
  appendFileSync(path, '\n');
  file.read(8 << 20, bytes => sizes.push(bytes.length));
  deepEqual(sizes, [128 * 1024]);
});
