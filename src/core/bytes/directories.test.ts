import { equal, throws } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isSampanError } from '../errors/index.ts';
import { makeDirectories } from './directories.ts';

function scratch(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'sampan-directories-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('all that is missing is made with the mode, and what is there stays as it is', t => {
  const at = scratch(t);
  mkdirSync(join(at, 'there'), { mode: 0o755 });
  makeDirectories(join(at, 'there', 'a', 'b'), { mode: 0o700 });
  makeDirectories(join(at, 'there', 'a', 'b'), { mode: 0o755 });
  for (const name of ['there/a', 'there/a/b']) equal(statSync(join(at, name)).mode & 0o777, 0o700);
  equal(statSync(join(at, 'there')).mode & 0o777, 0o755);
  makeDirectories('/');
});

test('a symlink to a directory is one, and what is below it is made there', t => {
  const at = scratch(t);
  mkdirSync(join(at, 'real'));
  symlinkSync('real', join(at, 'link'));
  makeDirectories(join(at, 'link', 'a'));
  equal(statSync(join(at, 'real', 'a')).isDirectory(), true);
});

test('a file in its place, or above it, is an error with its name', t => {
  const at = scratch(t);
  writeFileSync(join(at, 'file'), '');
  symlinkSync('nowhere', join(at, 'dangling'));
  for (const name of ['file', 'file/a', 'file/a/b', 'dangling', 'dangling/a']) {
    throws(
      () => makeDirectories(join(at, name)),
      error => isSampanError(error, 'invalid') && error.message.includes(join(at, name)),
      name,
    );
  }
});

test('a file system that takes no directories is an error with a remedy, however deep it is', () => {
  for (const path of ['/proc/sampan', '/proc/self/fd/sampan/a', `/proc${'/x'.repeat(500)}`]) {
    throws(
      () => makeDirectories(path),
      error =>
        isSampanError(error, 'denied') && error.remedy !== undefined && error.message.includes('/proc'),
      path,
    );
  }
});
