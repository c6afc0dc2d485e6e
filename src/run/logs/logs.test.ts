import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { isSampanError } from '../../core/errors/index.ts';
import { passes, readFilter } from './filter.ts';
import { openIntake } from './intake.ts';
import { recordReader } from './json-file.ts';
import { type Level, levelOf } from './level.ts';
import { joiner } from './multiline.ts';
import { rateLimit } from './rate.ts';
import type { LogRecord } from './record.ts';
import { logRing } from './ring.ts';
import { logsSettings, serviceRules } from './settings.ts';

const LEVELS: readonly (readonly [string, Level | undefined])[] = [
  ['{"level":"warn","msg":"x"}', 'warn'],
  ['{"msg":"level: error","severity":"INFO"}', 'info'],
  ['{"level":50,"msg":"pino"}', 'error'],
  ['{"level":30}', 'info'],
  ['{"level":3}', 'error'],
  ['time=1 level=warning msg="x"', 'warn'],
  ['level="error" x', 'error'],
  ['<3>disk is gone', 'error'],
  ['<6>all is well', 'info'],
  ['2026-01-01 10:00:00,123 ERROR [main] x.Y: z', 'error'],
  ['2026/01/01 10:00:00 [warn] 7#7: x', 'warn'],
  ['[ERROR] x', 'error'],
  ['E0101 10:00:00.000000 1 x.go:1] y', 'error'],
  ['warning: x', 'warn'],
  ['\x1b[31mERROR\x1b[0m x', 'error'],
  ['CRITICAL:root:x', 'fatal'],
  ['Traceback (most recent call last):', 'error'],
  ['panic: runtime error', 'fatal'],
  ['no errors were found', undefined],
  ['GET /error HTTP/1.1', undefined],
  ['{"level":"__proto__"}', undefined],
  ['constructor: x', undefined],
  ['', undefined],
  ['{', undefined],
];

test('levels are recognised as loggers write them', () => {
  deepEqual(
    LEVELS.map(([line]) => [line, levelOf(line)]),
    LEVELS,
  );
});

test('a level is looked for in bounded time in hostile lines', () => {
  for (const line of [
    '['.repeat(1e6),
    ' A'.repeat(5e5),
    '"level"'.repeat(1e5),
    `{${'"level": '.repeat(1e5)}`,
    '\x1b['.repeat(1e5),
  ])
    levelOf(line);
});

function joined(lines: readonly string[], start?: RegExp): string[][] {
  const one = joiner<string>(start);
  const found = lines.map(line => one.push(line, line, 0));
  return [...found, one.flush()].flatMap(pending => (pending === undefined ? [] : [[...pending.lines]]));
}

test('the lines of a stack trace stay together', () => {
  const python = ['Traceback (most recent call last):', '  File "x.py", line 1', '    y()', 'ValueError: no'];
  const java = ['java.lang.X: y', '\tat a.B.c(D.java:1)', 'Caused by: z', '\t... 3 more'];
  const node = ['TypeError: x', '    at f (y.js:1:2)', '    at g (z.js:3:4)'];
  const go = ['panic: x', '', 'goroutine 1 [running]:', 'main.main()', '\t/x/main.go:5 +0x1'];
  const all = [['one'], python, ['two'], java, node, ['three'], go];
  deepEqual(joined(all.flat()), all);
});

test('with a pattern for the first line everything else goes on', () => {
  deepEqual(joined(['> a', 'b', 'c', '> d'], /^>/), [['> a', 'b', 'c'], ['> d']]);
});

test('lines that go on without end are cut into bounded reports', () => {
  const reports = joined(['x', ...Array.from({ length: 1000 }, () => ' y')]);
  ok(reports.every(({ length }) => length <= 301));
  ok(joined(['x', ...Array.from({ length: 10 }, () => ` ${'y'.repeat(30_000)}`)]).length > 3);
});

test('what says no level counts as information', () => {
  const filter = readFilter({ level: 'warn', exclude: ['noise'] }, '');
  deepEqual(
    [
      passes(filter, undefined, 'x'),
      passes(filter, 'error', 'x'),
      passes(filter, 'error', 'noise'),
      passes(filter, 'info', 'x'),
    ],
    [false, true, false, false],
  );
});

test('settings are checked, each by its name', () => {
  const good = logsSettings({
    forward: [{ syslog: 'udp://[::1]:5514' }, { http: 'http://a/b' }, { file: '/x' }],
  });
  equal(good.forward.length, 3);
  for (const wrong of [
    { level: 'loud' },
    { include: ['('] },
    { ratePerSecond: -1 },
    { forward: [{ http: 'ftp://x' }] },
    { forward: [{ syslog: 'udp://x:99999' }] },
    { forward: [{ file: 'relative' }] },
    { forward: [{ http: 'http://x', header: {} }] },
    { unknown: 1 },
    { multiline: 'x'.repeat(2000) },
    { ring: 1e9 },
  ]) {
    throws(
      () => logsSettings(wrong),
      error => isSampanError(error, 'usage') && error.message.startsWith('logs.'),
      JSON.stringify(wrong),
    );
  }
});

test('a rate lets bursts through, and then no more than it says', () => {
  const rate = rateLimit(10);
  const taken = (nowMs: number, tries: number): number =>
    Array.from({ length: tries }, () => rate.take(nowMs)).filter(Boolean).length;
  equal(taken(0, 1000), 100);
  equal(taken(1000, 1000), 10);
  equal(taken(3_600_000, 1000), 100);
});

test('records of the engine are put together, and garbage is passed over', () => {
  const reader = recordReader(20);
  const read = (value: unknown): string | undefined => reader.read(Buffer.from(JSON.stringify(value)))?.text;
  equal(read({ log: 'a\r\n', stream: 'stdout', time: 'x' }), 'a');
  equal(read({ log: 'half ', stream: 'stdout', time: '2026-01-01T00:00:00Z' }), undefined);
  equal(read({ log: 'other\n', stream: 'stderr' }), 'other');
  equal(read({ log: 'line\n', stream: 'stdout' }), 'half line');
  equal(read({ log: `${'x'.repeat(50)}\n`, stream: 'stdout' }), `${'x'.repeat(20)} … (30 more)`);
  for (const bytes of [
    Buffer.from('{'),
    Buffer.alloc(100, 0xff),
    Buffer.from('null'),
    Buffer.from('[]'),
    Buffer.from('{"log":5}'),
  ])
    equal(reader.read(bytes), undefined);
});

test('an intake counts by level, and tells what was dropped', () => {
  const passed: string[] = [];
  const rules = serviceRules({ level: 'warn', ratePerSecond: 1 }, '');
  const origin = { project: 'p', service: 's', container: 'c' };
  const intake = openIntake(origin, rules, { pass: ({ text }) => passed.push(text) });
  const line = { timeMs: 1, stream: 'stdout', cutBytes: 0 } as const;
  for (const text of ['ERROR a', '  at b', 'INFO c', 'x'])
    if (intake.welcomes(0)) intake.take({ ...line, text }, 0);
  for (let i = 0; i < 10; i++) if (intake.welcomes(0)) intake.take({ ...line, text: 'y' }, 0);
  intake.settle(1000);
  deepEqual(passed, ['ERROR a\n  at b']);
  const { lines, limited, filtered, byLevel } = intake.counts;
  deepEqual([lines, limited, filtered, byLevel.error, byLevel.info, byLevel.none], [14, 4, 8, 2, 1, 7]);
});

test('a ring is bounded by records and by bytes', () => {
  const record = (id: number, text: string): LogRecord => ({
    id,
    timeMs: 0,
    project: 'p',
    service: 's',
    container: 'c',
    stream: 'stdout',
    level: undefined,
    text,
  });
  const ring = logRing(3, 1000);
  for (let i = 1; i <= 5; i++) ring.push(record(i, 'x'));
  deepEqual(
    ring.after(3).map(({ id }) => id),
    [4, 5],
  );
  equal(ring.after(0).length, 3);
  ring.push(record(6, 'y'.repeat(700)));
  deepEqual(
    ring.after(0).map(({ id }) => id),
    [5, 6],
  );
  match(JSON.stringify(ring.size), /"records":2/);
});
