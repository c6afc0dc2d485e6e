import { equal, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { isSampanError } from '../../core/errors/index.ts';
import { parseDuration, parseNumber, parseSize } from './values.ts';

const isUsage = (error: unknown) => isSampanError(error, 'usage');

test('sizes are read in SI and in binary units; a bare letter is binary', () => {
  equal(parseSize('4096'), 4096);
  equal(parseSize('64MB'), 64_000_000);
  equal(parseSize('512MiB'), 512 * 2 ** 20);
  equal(parseSize('512m'), 512 * 2 ** 20);
  equal(parseSize('1.5 GB'), 1_500_000_000);
  equal(parseSize('0B'), 0);
});

test('what is no size, or no number can hold, is refused', () => {
  for (const text of ['', 'MB', '-1', '1e3', '1 PB', '0x10', '12MBx', '999999999999999T', '１MB']) {
    throws(() => parseSize(text), isUsage, text);
  }
});

test('durations are read in milliseconds and may be put together', () => {
  equal(parseDuration('0'), 0);
  equal(parseDuration('500ms'), 500);
  equal(parseDuration('5s'), 5000);
  equal(parseDuration('1.5m'), 90_000);
  equal(parseDuration('1h30m'), 5_400_000);
  equal(parseDuration('24d'), 24 * 86_400_000);
});

test('a duration without a unit, or longer than a timer can wait, is refused', () => {
  for (const text of ['', '5', 's', '-5s', '5 s', '25d', '999999999h', `${'1s'.repeat(5)}x`]) {
    throws(() => parseDuration(text), isUsage, text);
  }
});

test('numbers are whole unless told, and stay in their range', () => {
  equal(parseNumber('42'), 42);
  equal(parseNumber('0.5', { fraction: true }), 0.5);
  throws(() => parseNumber('0.5'), isUsage);
  throws(() => parseNumber('1e9'), isUsage);
  throws(() => parseNumber('', {}), isUsage);
  throws(() => parseNumber('0', { min: 1 }), /at least 1/);
  throws(() => parseNumber('70000', { max: 65_535 }), /at most 65535/);
});
