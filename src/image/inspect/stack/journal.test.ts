import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { historyOf, inspectTestImage } from '../testing/index.ts';
import { journalOf, liveAfter } from './journal.ts';

test('replaying all steps gives what the whole stack gives', async t => {
  const { ground } = await inspectTestImage(t, {
    layers: [
      [
        { path: 'a/one', content: '1' },
        { path: 'a/two', content: '2' },
        { path: 'b', content: 'x' },
      ],
      [{ path: 'a/.wh.one' }, { path: 'b/c', content: 'now a directory' }],
      [{ path: 'a/.wh..wh..opq' }, { path: 'a/three', content: '3' }],
    ],
    config: historyOf('ADD a', 'RUN b', 'RUN c'),
  });
  const { names, live } = ground.stacked;
  const steps = journalOf(ground.stacked.layers);
  equal(steps.length, 3);
  deepEqual(liveAfter(steps, 3, names.count), live.slice(0, names.count));
  const seen = liveAfter(steps, 1, names.count);
  deepEqual(
    [...seen.keys()].filter(node => seen[node]! >= 0).map(node => names.pathOf(node)),
    ['/a/one', '/a/two', '/b'],
  );
});

test('no layers leave nothing', () => {
  deepEqual(journalOf([]), []);
  deepEqual(liveAfter([], 0, 1), Int32Array.of(-1));
});
