import { equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { formatTable } from './table.ts';
import { widthOf } from './width.ts';

const COLUMNS = [
  { title: 'NAME', shrink: 'path' },
  { title: 'SIZE', align: 'right' },
] as const;
const PLAIN = { isTerminal: false, columns: 80, color: false };

test('columns are aligned by their width on a terminal, wide characters too', () => {
  const table = formatTable(
    COLUMNS,
    [
      ['三板', '1 B'],
      ['nginx', '12.4 MB'],
    ],
    PLAIN,
  );
  equal(table, 'NAME      SIZE\n三板       1 B\nnginx  12.4 MB\n');
});

test('a terminal gets no line wider than it is; a file gets whole cells', () => {
  const path = `/usr/${'x'.repeat(100)}/end`;
  const narrow = formatTable(COLUMNS, [[path, '1 B']], { isTerminal: true, columns: 40, color: false });
  for (const line of narrow.split('\n')) ok(widthOf(line) <= 40);
  ok(narrow.includes('/end'));
  ok(formatTable(COLUMNS, [[path, '1 B']], PLAIN).includes(path));
});

test('cells from an image cannot steer the terminal', () => {
  ok(!formatTable(COLUMNS, [['a\x1b[2J\nb', '']], PLAIN).includes('\x1b'));
});

test('a table without titles has no title line', () => {
  equal(formatTable([{ title: '' }, { title: '' }], [['a', 'b']], PLAIN), 'a  b\n');
});
