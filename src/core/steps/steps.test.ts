import { deepEqual, equal, rejects, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { atOnce, inSlices, type Steps } from './index.ts';

function* counting(to: number, each: (n: number) => void = () => {}): Steps<number> {
  for (let n = 0; n < to; n += 1) {
    each(n);
    yield;
  }
  return to;
}

function* busy(forMs: number): Steps<undefined> {
  const until = performance.now() + forMs;
  while (performance.now() < until) yield;
  return undefined;
}

test('steps give the same at once and in slices, in the same order', async () => {
  const [first, second]: [number[], number[]] = [[], []];
  equal(atOnce(counting(3, n => first.push(n))), 3);
  equal(await inSlices(counting(3, n => second.push(n))), 3);
  deepEqual(first, second);
});

test('between slices others have their turn', async () => {
  const ended = Promise.withResolvers<'steps'>();
  const other = nextTurn('other');
  inSlices(busy(50)).then(() => ended.resolve('steps'));
  equal(await Promise.race([ended.promise, other]), 'other');
});

test('what a step throws comes out, and an abort ends the steps', async () => {
  const fails = (): Steps<number> =>
    counting(2, () => {
      throw new Error('broken step');
    });
  throws(() => atOnce(fails()), /broken step/);
  await rejects(inSlices(fails()), /broken step/);
  const controller = new AbortController();
  const endless = inSlices(busy(Number.POSITIVE_INFINITY), { signal: controller.signal });
  controller.abort(new Error('enough'));
  await rejects(endless, /enough/);
});
