import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { formatCount, formatDuration, formatNumber, formatPercent, formatSize } from './format.ts';

test('sizes are SI, with three digits, and step up to the next unit before they show a thousand', () => {
  const sizes: readonly (readonly [number, string])[] = [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [12_400_000, '12.4 MB'],
    [239_000_000, '239 MB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [9_996_000, '10.0 MB'],
    [1.7e9, '1.70 GB'],
    [5e18, '5000 PB'],
  ];
  for (const [bytes, wanted] of sizes) equal(formatSize(bytes), wanted);
});

test('durations never show sixty of anything', () => {
  const durations: readonly (readonly [number, string])[] = [
    [0, '0 ms'],
    [999.6, '1.0 s'],
    [3210, '3.2 s'],
    [59_960, '1 min 00 s'],
    [125_000, '2 min 05 s'],
    [3_599_600, '1 h 00 min'],
    [11_040_000, '3 h 04 min'],
  ];
  for (const [ms, wanted] of durations) equal(formatDuration(ms), wanted);
});

test('a share that is not quite all or nothing is not shown as such', () => {
  equal(formatPercent(0), '0 %');
  equal(formatPercent(0.0001), '<1 %');
  equal(formatPercent(0.93), '93 %');
  equal(formatPercent(0.9999), '>99 %');
  equal(formatPercent(1), '100 %');
});

test('counts are grouped by thousands', () => {
  equal(formatCount(999), '999');
  equal(formatCount(1_234_567), '1 234 567');
});

test('a number of things has its noun in the right form', () => {
  equal(formatNumber(0, 'probe'), 'no probes');
  equal(formatNumber(1, 'probe'), '1 probe');
  equal(formatNumber(1200, 'probe'), '1 200 probes');
});
