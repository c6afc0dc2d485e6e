import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import type { RunRecord } from '../../image/exercise/index.ts';
import { failures } from './failures.ts';

const GOOD: RunRecord = {
  outcome: 'ready',
  readyMs: 1,
  stopMs: 1,
  exit: { code: 0, oomKilled: false },
  probes: [{ name: 'GET :80/', ok: true, detail: 'status 200', status: 200 }],
  ports: [80],
  visited: [],
  output: { stdout: '', stderr: 'one\ntwo\nthree\nfour\n' },
  usage: {},
  warnings: [],
};

test('a run in which all works has no failures, however it was stopped', () => {
  deepEqual(failures(GOOD), []);
  deepEqual(failures({ ...GOOD, outcome: 'finished' }), []);
  deepEqual(failures({ ...GOOD, exit: { code: 143, oomKilled: false } }), []);
});

test('a crash is told with the last that the app said', () => {
  const run = { ...GOOD, outcome: 'crashed', exit: { code: 2, oomKilled: false } } as const;
  deepEqual(failures(run), ['it ended at once with status 2; it said:\n  two\n  three\n  four']);
  const silent = { ...run, outcome: 'never-ready', output: { stdout: '', stderr: '' } } as const;
  deepEqual(failures(silent), ['it never got ready']);
});

test('being out of memory is told before anything else', () => {
  const run = { ...GOOD, outcome: 'crashed', exit: { code: 137, oomKilled: true } } as const;
  deepEqual(failures(run), ['it ran out of memory']);
});

test('each probe that fails is told', () => {
  const probes = [...GOOD.probes, { name: 'exec x', ok: false, detail: 'exit 1 no' }];
  deepEqual(failures({ ...GOOD, probes }), ['exec x: exit 1 no']);
});
