import { equal, match } from 'node:assert/strict';
import { mkdirSync, readFileSync, writeSync } from 'node:fs';
import { test } from 'node:test';
import { isSampanError, SampanError, wrap } from './index.ts';

function thrownBy(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

test('a system call that failed is told as a person would say it', () => {
  const missing = thrownBy(() => readFileSync('/no/such, file'));
  equal(wrap('reading /no/such, file', missing).message, 'reading /no/such, file: no such file or directory');
  equal(wrap('loading', missing).message, 'loading: no such file or directory: /no/such, file');
  equal(
    wrap(
      'making',
      thrownBy(() => mkdirSync('/')),
    ).message,
    'making: file already exists: /',
  );
  equal(
    wrap(
      'writing it',
      thrownBy(() => writeSync(2 ** 30, 'x')),
    ).message,
    'writing it: bad file descriptor',
  );
  equal(wrap('reading', missing).code, 'not-found');
  equal(wrap('reading', missing).cause, missing);
});

test('other errors keep their words, and what a person can do', () => {
  match(
    wrap('asking', new Error('connect ECONNREFUSED 127.0.0.1:1')).message,
    /^asking: connect ECONNREFUSED 127/,
  );
  equal(wrap('asking', 'why').message, 'asking: why');
  const again = wrap('a', new SampanError('limit', 'too much', { remedy: 'ask for less' }));
  equal(again.message, 'a: too much');
  equal(again.remedy, 'ask for less');
  equal(isSampanError(again, 'limit'), true);
});
