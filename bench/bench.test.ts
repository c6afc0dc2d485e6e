import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { median } from './benchmark.ts';
import { runMeasured } from './process.ts';
import { tableOf } from './table.ts';

test('the median is the middle, or the mean of the two in the middle', () => {
  equal(median([9, 1, 5]), 5);
  equal(median([4, 1, 3, 2]), 2.5);
  throws(() => median([]), RangeError);
});

test('the memory of what a program starts counts, and its status and output are kept', async () => {
  const grow = 'const a = Buffer.alloc(200e6, 1); setTimeout(() => a, 400)';
  const start = `require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(grow)}]); console.log('done'); process.exit(3)`;
  const usage = await runMeasured(process.execPath, ['-e', start]);
  deepEqual([usage.status, usage.stdout], [3, 'done\n']);
  ok(usage.peakBytes > 240e6, `${usage.peakBytes}`);
});

test('the table gives the ratio, and marks what stands alone', () => {
  const rows = tableOf([
    { name: 'a', unit: 's', ours: 1, against: 'peer', theirs: 4 },
    { name: 'b', unit: 'MB/s', ours: 12345 },
  ]).split('\n');
  match(rows[2] ?? '', /^\| a +\| 1\.00 s +\| 4\.00 s \(peer\) \| 0\.25/);
  match(rows[3] ?? '', /^\| b +\| 12345 MB\/s \|/);
});
