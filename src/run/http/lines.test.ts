import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { isSampanError } from '../../core/errors/index.ts';
import { levelOf, lineSplitter, MAX_LINE_CHARACTERS, passes } from './lines.ts';
import { logQuery } from './logs.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

test('lines are put together over pieces, also within a character, each stream for itself', () => {
  const splitter = lineSplitter();
  const euro = bytes('2026-01-02T03:04:05.6Z 5 €\n');
  deepEqual(splitter.add({ stream: 'stdout', bytes: euro.subarray(0, 26) }), []);
  deepEqual(splitter.add({ stream: 'stderr', bytes: bytes('err') }), []);
  deepEqual(splitter.add({ stream: 'stdout', bytes: euro.subarray(26) }), [
    { stream: 'stdout', time: '2026-01-02T03:04:05.6Z', level: undefined, text: '5 €' },
  ]);
  deepEqual(splitter.rest(), [{ stream: 'stderr', time: '', level: undefined, text: 'err' }]);
});

test('a line without an end takes no more memory than is shown of it', () => {
  const splitter = lineSplitter();
  for (let i = 0; i < 1000; i++) splitter.add({ stream: 'stdout', bytes: Buffer.alloc(10_000, 'x') });
  const [line] = splitter.add({ stream: 'stdout', bytes: bytes('\n') });
  ok((line?.text.length ?? 0) <= MAX_LINE_CHARACTERS + 1);
});

test('levels are found where programs write them', () => {
  const cases: readonly (readonly [string, ReturnType<typeof levelOf>])[] = [
    ['{"time":"x","level":"warn","msg":"ERROR in the text"}', 'warning'],
    ['level=error msg="x"', 'error'],
    ['[INFO] started', 'info'],
    ['2026/01/01 00:00:00 [error] 7#7: *1 open() failed', 'error'],
    ['WARNING: x', 'warning'],
    ['error: x', 'error'],
    ['DEBUG x', 'debug'],
    ['no errors were found', undefined],
    ['', undefined],
  ];
  for (const [text, level] of cases) equal(levelOf(text), level, text);
});

test('a filter takes lines that are as serious and have the text', () => {
  const line = { stream: 'stdout', time: '', level: 'warning', text: 'Disk full' } as const;
  ok(passes(line, { grep: 'disk', level: 'warning' }));
  ok(!passes(line, { grep: 'disk', level: 'error' }));
  ok(!passes(line, { grep: 'net', level: undefined }));
  ok(passes({ ...line, level: undefined }, { grep: '', level: 'info' }));
});

test('what is asked of logs is checked', () => {
  equal(logQuery(new URLSearchParams('since=2026-01-01T00:00:00Z')).since, '1767225600');
  for (const wrong of [
    'tail=1e9',
    'tail=-1',
    'tail=x',
    'level=loud',
    'since=soon',
    `grep=${'x'.repeat(501)}`,
  ])
    try {
      logQuery(new URLSearchParams(wrong));
      ok(false, wrong);
    } catch (error) {
      ok(isSampanError(error, 'usage'), wrong);
    }
});
