import { deepEqual, equal, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../../core/bytes/index.ts';
import { isSampanError } from '../../../core/errors/index.ts';
import { type Evidence, formatEvidence, mergeEvidence, parseEvidence } from './index.ts';

const IMAGE = digestOf(Buffer.from('image'));
const EVIDENCE: Evidence = {
  image: IMAGE,
  footprints: [
    { path: '/bin/sh', kind: 'followed' },
    { path: '/bin/busybox', kind: 'read' },
    { path: '/n\u00e4me \udcff\n', kind: 'read' },
    { path: '/etc', kind: 'listed' },
  ],
  lookups: ['/usr/share/zoneinfo/UTC'],
};

test('evidence is read back as it was written, and written the same twice', () => {
  const text = formatEvidence(EVIDENCE);
  const back = parseEvidence(text, 'x.json');
  deepEqual(mergeEvidence(IMAGE, [back]), mergeEvidence(IMAGE, [EVIDENCE]));
  equal(formatEvidence(back), text);
});

test('evidence of several runs is merged, in any order to the same', () => {
  const other: Evidence = {
    image: IMAGE,
    footprints: [
      { path: '/a', kind: 'read' },
      { path: '/etc', kind: 'listed' },
    ],
    lookups: ['/b'],
  };
  const merged = mergeEvidence(IMAGE, [EVIDENCE, other, EVIDENCE]);
  deepEqual(mergeEvidence(IMAGE, [other, EVIDENCE]), merged);
  equal(merged.footprints.length, 5);
  deepEqual(merged.lookups, ['/b', '/usr/share/zoneinfo/UTC']);
  deepEqual(mergeEvidence(IMAGE, []), { image: IMAGE, footprints: [], lookups: [] });
});

test('evidence of another image is refused', () => {
  throws(
    () => mergeEvidence(digestOf(Buffer.from('other')), [EVIDENCE]),
    error => isSampanError(error, 'invalid') && error.remedy !== undefined,
  );
});

const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
const made = (more: string): string => `{"schema":"sampan.evidence/1","image":"${IMAGE}",${more}}`;

const HOSTILE: readonly (readonly [string, string])[] = [
  ['', 'invalid'],
  ['{', 'invalid'],
  ['null', 'invalid'],
  ['[]', 'unsupported'],
  ['{"schema":"sampan.evidence/2"}', 'unsupported'],
  [made('"read":5,"followed":[],"listed":[]'), 'invalid'],
  [made('"read":[],"followed":[]'), 'invalid'],
  [made('"read":["relative"],"followed":[],"listed":[]'), 'invalid'],
  [made(`"read":["${'x'.repeat(1e6)}"],"followed":[],"listed":[]`), 'invalid'],
  [made(`"read":[${deep}],"followed":[],"listed":[]`), 'invalid'],
  [made('"read":[null],"followed":[],"listed":[]'), 'invalid'],
  [made('"read":[],"followed":[],"listed":[],"lookups":{}'), 'invalid'],
  ['{"schema":"sampan.evidence/1","image":"latest","read":[],"followed":[],"listed":[]}', 'invalid'],
];

test('what is no evidence is refused, with the name of the file and few words', () => {
  for (const [text, code] of HOSTILE) {
    throws(
      () => parseEvidence(text, 'x.json'),
      error =>
        isSampanError(error) &&
        error.code === code &&
        error.message.startsWith('x.json: ') &&
        error.message.length < 300,
      text.slice(0, 100),
    );
  }
});
