import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isSampanError } from '../../core/errors/index.ts';
import { openWork } from '../../core/work/index.ts';
import { treeOf } from '../tree/index.ts';
import { provideRoot } from './provide.ts';

const skip = process.getuid?.() === 0 ? false : 'not root';

test('who is not root is told what needs root, and what does not', { skip }, async t => {
  const at = mkdtempSync(join(tmpdir(), 'sampan-provide-'));
  t.after(() => rmSync(at, { recursive: true, force: true }));
  await using work = await openWork(at);
  process.seteuid?.(65534);
  try {
    await rejects(provideRoot(treeOf({ '/a': 'x' }), { work, name: 'root' }), error => {
      if (!isSampanError(error, 'denied')) return false;
      match(error.message, /^only root can run an image/);
      match(error.remedy ?? '', /sudo.*--level safe/);
      return true;
    });
  } finally {
    process.seteuid?.(0);
  }
});

test('a root file system has the files, and no footprints yet', { skip }, async t => {
  const at = mkdtempSync(join(tmpdir(), 'sampan-provide-'));
  t.after(() => rmSync(at, { recursive: true, force: true }));
  await using work = await openWork(at);
  const root = await provideRoot(treeOf({ '/a': 'x', '/b/c': 'y' }), { work, name: 'root' });
  deepEqual(readdirSync(root.directory), ['a', 'b']);
  equal(root.warnings.length, 0);
  deepEqual(
    root.footprints().map(print => print.path),
    ['/'],
  );
});
