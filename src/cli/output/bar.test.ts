import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { formatBar } from './bar.ts';

test('a bar is as wide as its share, to an eighth of a column, and never wider than its room', () => {
  equal(formatBar(0.5, 4), '██');
  equal(formatBar(1 / 8, 1), '▏');
  equal(formatBar(7, 3), '███');
  equal(formatBar(Number.NaN, 3), '');
});
