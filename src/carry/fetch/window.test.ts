import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSampanError } from '../../core/errors/index.ts';
import { clockTime, openingAt, parseWindow } from './window.ts';

const at = (day: number, hour: number, minute = 0): number => new Date(2026, 5, day, hour, minute).getTime();

test('a window is open from its first minute until before its last', () => {
  const window = parseWindow('01:00-05:00');
  assert.deepEqual(openingAt(window, at(2, 0, 59)), { isOpen: false, opens: at(2, 1), closes: at(2, 5) });
  assert.equal(openingAt(window, at(2, 1)).isOpen, true);
  assert.equal(openingAt(window, at(2, 4, 59)).isOpen, true);
  assert.deepEqual(openingAt(window, at(2, 5)), { isOpen: false, opens: at(3, 1), closes: at(3, 5) });
});

test('a window over midnight is open on both sides of it', () => {
  const window = parseWindow('22:30-4:00');
  assert.deepEqual(openingAt(window, at(2, 23)), { isOpen: true, opens: at(2, 22, 30), closes: at(3, 4) });
  assert.deepEqual(openingAt(window, at(3, 3)), { isOpen: true, opens: at(2, 22, 30), closes: at(3, 4) });
  assert.equal(openingAt(window, at(3, 4)).isOpen, false);
  assert.equal(clockTime(openingAt(window, at(3, 12)).opens), '22:30');
});

test('a window until midnight ends there', () => {
  const window = parseWindow('20:00-24:00');
  assert.deepEqual(openingAt(window, at(2, 21)), { isOpen: true, opens: at(2, 20), closes: at(3, 0) });
});

test('every minute of a year is in a window or before one, also where clocks change', () => {
  for (const text of ['01:00-05:00', '02:15-02:45', '23:00-00:30', '00:00-23:59']) {
    const window = parseWindow(text);
    for (let ms = new Date(2026, 0, 1).getTime(); ms < new Date(2027, 0, 1).getTime(); ms += 17 * 60_000) {
      const { isOpen, opens, closes } = openingAt(window, ms);
      assert.ok(
        opens < closes && ms < closes && isOpen === ms >= opens && opens - ms <= 26 * 3_600_000,
        text,
      );
    }
  }
});

test('what is no window is refused', () => {
  for (const text of ['', '1-5', '01:00', '25:00-26:00', '01:00-01:00', '01:60-02:00', '01:00-24:01', 'a']) {
    assert.throws(
      () => parseWindow(text),
      (error: unknown) => isSampanError(error, 'usage'),
      text,
    );
  }
});
