import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { encodeName } from '../../../core/bytes/index.ts';
import { Names } from './names.ts';

function childOf(names: Names, parent: number, name: string): number {
  const bytes = encodeName(name);
  return names.child(parent, bytes, 0, bytes.length);
}

test('a node has a name and a path, whatever bytes are in them', () => {
  const names = new Names();
  const told = ['plain', 'größe', '\udcff', 'x'.repeat(255), 'y'].reduce(
    ({ node, seen }, name) => {
      const child = childOf(names, node, name);
      return { node: child, seen: [...seen, [names.textOf(child), names.pathOf(child)]] };
    },
    { node: 0, seen: [] as string[][] },
  ).seen;
  const long = 'x'.repeat(255);
  deepEqual(told, [
    ['plain', '/plain'],
    ['größe', '/plain/größe'],
    ['\udcff', '/plain/größe/\udcff'],
    [long, `/plain/größe/\udcff/${long}`],
    ['y', `/plain/größe/\udcff/${long}/y`],
  ]);
  equal(names.pathOf(0), '/');
});

test('more names than were expected are found again, and a name is made once', () => {
  const names = new Names(10);
  const made = Array.from({ length: 10_000 }, (_, i) => childOf(names, 0, `name-${i}`));
  equal(names.count, 10_001);
  deepEqual(
    made.map(node => names.textOf(node)),
    made.map((_, i) => `name-${i}`),
  );
  deepEqual(
    made.map((_, i) => childOf(names, 0, `name-${i}`)),
    made,
  );
});
