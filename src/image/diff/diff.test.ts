import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import type { TestEntry } from '../../core/store/testing/index.ts';
import { inspectTestImage } from '../inspect/testing/index.ts';
import { diffImages, diffMarkdown } from './index.ts';

const file = (path: string, content: string, more: Partial<TestEntry> = {}): TestEntry => ({
  path,
  content,
  ...more,
});
const BASE = [file('bin/sh', 'shell'), file('etc/motd', 'hello', { mtime: 5 })];

const OLD: readonly TestEntry[] = [
  file('same', 'same'),
  file('gone', 'gone'),
  file('changed', 'abc'),
  file('mode', 'x', { mode: 0o644 }),
  file('owner', 'x'),
  file('touched', 'x', { mtime: 1 }),
  { path: 'link', type: 'symlink', linkPath: 'a' },
  file('kind', 'x'),
];

const NEW: readonly TestEntry[] = [
  file('same', 'same'),
  file('new', 'new file'),
  file('changed', 'abd'),
  file('mode', 'x', { mode: 0o755 }),
  file('owner', 'x', { uid: 33, gid: 33 }),
  file('touched', 'x', { mtime: 2 }),
  { path: 'link', type: 'symlink', linkPath: 'b' },
  { path: 'kind', type: 'directory', mode: 0o755 },
];

test('files are told apart by contents and by metadata; times alone are only counted', async t => {
  const before = await inspectTestImage(t, { layers: [BASE, OLD] });
  const after = await inspectTestImage(t, { layers: [BASE, NEW] });
  const diff = diffImages(before, after);
  deepEqual(
    diff.files.map(({ path, kind, note = '' }) => [path, kind, note]),
    [
      ['/changed', 'content', ''],
      ['/gone', 'removed', ''],
      ['/kind', 'content', 'file → directory'],
      ['/link', 'content', '→ a became → b'],
      ['/mode', 'metadata', 'mode 644 → 755'],
      ['/new', 'added', ''],
      ['/owner', 'metadata', 'owner 0:0 → 33:33'],
    ],
  );
  equal(diff.onlyTimes, 1);
  deepEqual(
    diff.layers.map(each => each.status),
    ['shared', 'added', 'removed'],
  );
  equal(diff.updateBytes, after.inspection.layers[1]?.compressedBytes);
});

test('an image is no different from itself, compressed or not', async t => {
  const layers = [BASE, [file('a', 'x'.repeat(5000)), file('b', '')]];
  const before = await inspectTestImage(t, { layers });
  const after = await inspectTestImage(t, { layers: [[...BASE, ...layers[1]!]], compression: 'gzip' });
  const diff = diffImages(before, after);
  deepEqual([diff.files, diff.onlyTimes, diff.packages, diff.config], [[], 0, [], []]);
  equal(diff.growthBytes, 0);
  deepEqual(diffImages(before, before).updateBytes, 0);
});

test('contents of the same size are compared byte by byte, and by checksums where a side is compressed', async t => {
  const large = (last: string): string => `${'x'.repeat(3_000_000)}${last}`;
  const before = await inspectTestImage(t, { layers: [[file('a', large('1'))]] });
  for (const compression of ['none', 'gzip'] as const) {
    const after = await inspectTestImage(t, { layers: [[file('a', large('2'))]], compression });
    deepEqual(
      diffImages(before, after).files.map(each => each.kind),
      ['content'],
    );
  }
});

test('packages and configuration are told by name', async t => {
  const status = (version: string): TestEntry =>
    file(
      'var/lib/dpkg/status',
      `Package: curl\nStatus: install ok installed\nVersion: ${version}\nArchitecture: amd64\n`,
    );
  const config = (env: string) => ({ config: { Env: [env, 'PATH=/bin'], Cmd: ['/x'], Labels: { a: '1' } } });
  const before = await inspectTestImage(t, { layers: [[status('7.88')]], config: config('A=1') });
  const after = await inspectTestImage(t, { layers: [[status('8.0')]], config: config('B=2') });
  const diff = diffImages(before, after);
  deepEqual(
    diff.packages.map(({ type, name, before: old, after: now }) => [type, name, old, now]),
    [['deb', 'curl', '7.88', '8.0']],
  );
  deepEqual(diff.config, [
    { name: 'Env A', before: '1', after: '' },
    { name: 'Env B', before: '', after: '2' },
  ]);
  match(diffMarkdown(diff, []), /\| deb curl \| 7\.88 \| 8\.0 \|/);
});
