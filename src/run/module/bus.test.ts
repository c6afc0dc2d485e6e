import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { openBus } from './bus.ts';

const EVENT = { from: 'test', kind: 'x', severity: 'info', text: 'x', data: {} } as const;

test('events reach every listener, in order, also when one throws', () => {
  const bus = openBus(() => 7);
  const heard: number[] = [];
  bus.hear(() => {
    throw new Error('broken');
  });
  const stop = bus.hear(({ id, timeMs }) => heard.push(id * 10 + timeMs));
  bus.tell(EVENT);
  bus.tell(EVENT);
  stop();
  bus.tell(EVENT);
  deepEqual(heard, [17, 27]);
});

test('only the last events are kept', () => {
  const bus = openBus(() => 0);
  for (let i = 0; i < 1200; i++) bus.tell(EVENT);
  equal(bus.recent().length, 500);
  equal(bus.recent().at(-1)?.id, 1200);
});
