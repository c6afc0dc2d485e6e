import { deepEqual, match, rejects } from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isSampanError } from '../../../core/errors/index.ts';
import { changeLayoutIndex, openStore } from '../../../core/store/index.ts';
import { openStorage } from './storage.ts';

const OPTIONS = { now: Date.now, maxUploads: 1 };

function scratch(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'sampan-storage-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const refused = (wanted: RegExp) => (error: unknown) => {
  match(String(error), wanted);
  return isSampanError(error, 'usage');
};

test('a registry does not begin in a store or a layout, and leaves it as it was', async t => {
  const [store, layout] = [scratch(t), scratch(t)];
  await openStore(store);
  await changeLayoutIndex(layout, index => index);
  for (const [directory, found] of [
    [store, /it has tables/],
    [layout, /it has index\.json/],
  ] as const) {
    const before = readdirSync(directory).toSorted();
    await rejects(openStorage(directory, OPTIONS), refused(found));
    deepEqual(readdirSync(directory).toSorted(), before);
  }
});

test('a store does not open in the directory of a registry, which goes on', async t => {
  const directory = scratch(t);
  await openStorage(directory, OPTIONS);
  await rejects(openStore(directory), refused(/is the directory of a registry/));
  await openStorage(directory, OPTIONS);
});
