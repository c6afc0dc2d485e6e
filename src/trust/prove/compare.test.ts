import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import type { RunRecord } from '../../image/exercise/index.ts';
import { differences, steadyDifferences } from './index.ts';

const PROBE = { name: 'GET :80/', ok: true, detail: 'status 200', status: 200, shape: 'text/html p' };
const RUN: RunRecord = {
  outcome: 'ready',
  readyMs: 5,
  stopMs: 1,
  exit: { code: 0, oomKilled: false },
  probes: [PROBE],
  ports: [80],
  visited: [],
  output: { stdout: '', stderr: '' },
  warnings: [],
  usage: {},
};

const told = (stderr: string): Partial<RunRecord> => ({ output: { stdout: '', stderr } });

const SAME: readonly (readonly [string, Partial<RunRecord>, Partial<RunRecord>])[] = [
  ['times and memory', { readyMs: 5, usage: { cpuMs: 1 } }, { readyMs: 50, usage: { cpuMs: 9 } }],
  ['what it logs', told('started at 12:00'), told('started at 13:00, hello')],
  [
    'a known complaint with other numbers',
    told('12 /x: No such file or directory'),
    told('99 /x: No such file or directory'),
  ],
  [
    'a probe that fails in both',
    { probes: [{ ...PROBE, ok: false }] },
    { probes: [{ ...PROBE, ok: false }] },
  ],
  ['more probes than the original had', {}, { probes: [PROBE, { ...PROBE, name: 'GET :80/new' }] }],
  ['fewer complaints', told('x: No such file or directory'), told('')],
];

test('runs that differ in what changes from run to run are the same', () => {
  for (const [name, original, slim] of SAME)
    deepEqual(differences({ ...RUN, ...original }, { ...RUN, ...slim }), [], name);
});

const OTHER: readonly (readonly [RegExp, Partial<RunRecord>, Partial<RunRecord>])[] = [
  [
    /crashed \(status 1\), the original got ready/,
    {},
    { outcome: 'crashed', exit: { code: 1, oomKilled: false } },
  ],
  [/never got ready/, {}, { outcome: 'never-ready' }],
  [/ran out of memory/, {}, { exit: { code: 137, oomKilled: true } }],
  [
    /ends with status 2, the original with 0/,
    { outcome: 'finished' },
    { outcome: 'finished', exit: { code: 2, oomKilled: false } },
  ],
  [/GET :80\/ was not reached/, {}, { probes: [] }],
  [
    /GET :80\/: status 500, the original status 200/,
    {},
    { probes: [{ ...PROBE, status: 500, detail: 'status 500' }] },
  ],
  [/GET :80\/: refused/, {}, { probes: [{ ...PROBE, ok: false, detail: 'refused' }] }],
  [
    /another kind of answer: text\/html h1, the original text\/html p/,
    {},
    { probes: [{ ...PROBE, shape: 'text/html h1' }] },
  ],
];

test('runs that differ in how they work are not, and the difference is named', () => {
  for (const [words, original, slim] of OTHER) {
    const found = differences({ ...RUN, ...original }, { ...RUN, ...slim });
    equal(found.length, 1, found.join('; '));
    match(found[0]!, words);
  }
});

const COMPLAINTS = [
  'x: error while loading shared libraries: libx.so.1: cannot open shared object file',
  "ModuleNotFoundError: No module named 'yaml'",
  "Error: Cannot find module './x'",
  "cat: can't open '/x': No such file or directory",
  "ENOENT: no such file or directory, open '/x'",
  "Can't locate JSON.pm in @INC",
  'java.lang.NoClassDefFoundError: a/B',
  'cannot load such file -- json (LoadError)',
  'Error relocating /x: foo: symbol not found',
  "/lib/libc.so.6: version `GLIBC_2.34' not found",
];

test('a new complaint that something is missing is a difference, on either stream, once', () => {
  for (const line of COMPLAINTS) {
    deepEqual(differences(RUN, { ...RUN, ...told(`a\n${line}\n${line}\n`) }), [`it says: ${line}`]);
    equal(differences(RUN, { ...RUN, output: { stdout: line, stderr: '' } }).length, 1);
  }
  const many = Array.from({ length: 100 }, (_, i) => `${'x'.repeat(i)}: No such file or directory`).join(
    '\n',
  );
  equal(differences(RUN, { ...RUN, ...told(many) }).length, 5);
});

test('the same request made twice is compared in its order', () => {
  const answers = (...statuses: number[]) => ({
    ...RUN,
    probes: statuses.map(status => ({ ...PROBE, status, detail: `status ${status}` })),
  });
  deepEqual(differences(answers(201, 409), answers(201, 409)), []);
  equal(differences(answers(200, 200), answers(200, 500)).length, 1);
  equal(differences(answers(200, 200), answers(200)).length, 1);
});

test('what differs between two runs of the original says nothing about the slim image', () => {
  const shaped = (shape: string, status = 200) => ({ ...RUN, probes: [{ ...PROBE, shape, status }] });
  deepEqual(steadyDifferences([shaped('a'), shaped('b')], shaped('c')), []);
  equal(steadyDifferences([shaped('a'), shaped('a')], shaped('c')).length, 1);
  equal(steadyDifferences([shaped('a'), shaped('a')], shaped('a', 500)).length, 1);
});

test('a start or memory far beyond the original is a finding, noise is not', () => {
  const used = (readyMs: number, peakMemoryBytes: number) => ({
    ...RUN,
    readyMs,
    usage: { peakMemoryBytes },
  });
  deepEqual(differences(used(100, 10e6), used(900, 30e6)), []);
  equal(differences(used(100, 10e6), used(20_000, 10e6)).length, 1);
  equal(differences(used(100, 10e6), used(100, 500e6)).length, 1);
});
