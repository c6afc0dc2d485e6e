import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { Ending } from '../../../core/store/testing/index.ts';
import { historyOf, inspectTestImage } from '../testing/index.ts';
import { factsOf, pathAt } from './entry.ts';
import { patternOf } from './pattern.ts';
import { findingFinder, placesOf } from './places.ts';
import { MARK, type Selection, type Survey, survey } from './survey.ts';
import { type Terrain, terrainOf } from './terrain.ts';

const ALL: Omit<Selection, 'layers' | 'against'> = {
  added: true,
  changed: true,
  removed: true,
  same: true,
  wasted: false,
};

const SIGNS = ['', ' ', '+', '~', '-'];

/** What is shown, by path, with its mark, its bytes, and `!` where there is waste. */
function shown(terrain: Terrain, view: Survey): string[] {
  return [...view.marks.keys()]
    .filter(node => node > 0 && view.marks[node] !== MARK.absent)
    .map(
      node =>
        `${SIGNS[view.marks[node]!]}${view.wasted[node] === 1 ? '!' : ' '}${view.bytes[node]} ${pathAt(terrain, node)}`,
    )
    .sort((a, b) => (a.slice(a.indexOf('/')) < b.slice(b.indexOf('/')) ? -1 : 1));
}

async function terrainIn(t: Ending): Promise<Terrain> {
  const { ground, found } = await inspectTestImage(t, {
    layers: [
      [
        { path: 'app/big', content: 'x'.repeat(9000) },
        { path: 'app/code', content: 'one' },
        { path: 'var/cache/apk/APKINDEX.gz', content: 'y'.repeat(5000) },
      ],
      [{ path: 'app/.wh.big' }, { path: 'app/code', content: 'seven77' }, { path: 'etc/new', content: 'n' }],
      [{ path: 'etc/.wh.new' }],
    ],
    config: historyOf('COPY app /app', 'RUN rm /app/big', 'RUN rm /etc/new'),
  });
  return terrainOf(ground, found);
}

test('the whole image is what a container sees, without marks', async t => {
  const terrain = await terrainIn(t);
  deepEqual(shown(terrain, survey(terrain, { ...ALL, layers: 3, against: 3 })), [
    '  7 /app',
    '  7 /app/code',
    '  0 /etc',
    ' !5000 /var',
    ' !5000 /var/cache',
    ' !5000 /var/cache/apk',
    ' !5000 /var/cache/apk/APKINDEX.gz',
  ]);
});

test('a layer marks what it adds, changes and removes, and directories above', async t => {
  const terrain = await terrainIn(t);
  const view = survey(terrain, { ...ALL, same: false, layers: 2, against: 1 });
  deepEqual(shown(terrain, view), [
    '~ 7 /app',
    '- 9000 /app/big',
    '~ 7 /app/code',
    '+!1 /etc',
    '+!1 /etc/new',
  ]);
  equal(view.files[0], 3);
});

test('a lower layer shows what later ones waste', async t => {
  const terrain = await terrainIn(t);
  deepEqual(shown(terrain, survey(terrain, { ...ALL, wasted: true, layers: 1, against: 0 })), [
    '+!9003 /app',
    '+!9000 /app/big',
    '+!3 /app/code',
    '+!5000 /var',
    '+!5000 /var/cache',
    '+!5000 /var/cache/apk',
    '+!5000 /var/cache/apk/APKINDEX.gz',
  ]);
});

test('an empty selection shows nothing at all', async t => {
  const terrain = await terrainIn(t);
  const none = { ...ALL, added: false, changed: false, removed: false, same: false };
  deepEqual(shown(terrain, survey(terrain, { ...none, layers: 2, against: 1 })), []);
});

const PATTERNS: readonly (readonly [typed: string, found: readonly string[]])[] = [
  ['COD', ['/app', '/app/code']],
  ['*.gz', ['/var', '/var/cache', '/var/cache/apk', '/var/cache/apk/APKINDEX.gz']],
  ['e/apk', ['/var', '/var/cache', '/var/cache/apk', '/var/cache/apk/APKINDEX.gz']],
  ['/e', ['/etc']],
  ['/cache', []],
  ['var/cache/apk/apk', ['/var', '/var/cache', '/var/cache/apk', '/var/cache/apk/APKINDEX.gz']],
  ['c?de', ['/app', '/app/code']],
  ['(', []],
];

for (const [typed, found] of PATTERNS) {
  test(`the filter '${typed}' finds ${found.length === 0 ? 'nothing' : found.at(-1)}`, async t => {
    const terrain = await terrainIn(t);
    const view = survey(terrain, { ...ALL, layers: 3, against: 3, pattern: patternOf(typed) });
    deepEqual(
      shown(terrain, view).map(line => line.slice(line.indexOf('/'))),
      found,
    );
  });
}

test('an empty filter is none', () => {
  equal(patternOf(''), undefined);
  equal(patternOf('/'), undefined);
});

test('a finding leads to its files in the layer that carries them, and back', async t => {
  const terrain = await terrainIn(t);
  const { findings } = terrain.found;
  const deleted = findings.findIndex(finding => finding.id === 'deleted-later');
  const { nodes, layers } = placesOf(terrain, findings[deleted]!);
  deepEqual([[...nodes].map(node => pathAt(terrain, node)), layers], [['/app/big'], 1]);
  const view = survey(terrain, { ...ALL, layers: 1, against: 0, only: nodes });
  deepEqual(shown(terrain, view), ['+!9000 /app', '+!9000 /app/big']);
  const [node] = nodes;
  equal(findingFinder(terrain, findings)(node!, view.entries[node!]!), deleted);
  const cache = findings.findIndex(finding => finding.id === 'apk-cache');
  deepEqual(
    [...placesOf(terrain, findings[cache]!).nodes].map(each => pathAt(terrain, each)),
    ['/var/cache/apk/APKINDEX.gz'],
  );
});

test('rights are told as ls tells them', async t => {
  const { ground, found } = await inspectTestImage(t, {
    layers: [
      [
        { path: 'su', content: 'x', mode: 0o4755, uid: 7, gid: 8 },
        { path: 'tmp', type: 'directory', mode: 0o1777 },
        { path: 'link', type: 'symlink', linkPath: 'su', mode: 0o777 },
      ],
    ],
  });
  const terrain = terrainOf(ground, found);
  const view = survey(terrain, { ...ALL, layers: 1, against: 1 });
  const facts = [1, 2, 3].map(node => factsOf(terrain, node, view.entries[node]!));
  deepEqual(
    facts.map(({ name, rights, uid, target }) => [name, rights, uid, target]),
    [
      ['su', '-rwsr-xr-x', 7, ''],
      ['tmp', 'drwxrwxrwt', 0, ''],
      ['link', 'lrwxrwxrwx', 0, 'su'],
    ],
  );
});
