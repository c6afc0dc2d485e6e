import { rejects } from 'node:assert/strict';
import { chmodSync, chownSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isSampanError } from '../errors/index.ts';
import { openWork, sweep } from './index.ts';

const denied = (error: unknown): boolean => isSampanError(error, 'denied');

test('a base that others can write to, or that is not ours, is refused', async t => {
  const base = mkdtempSync(join(tmpdir(), 'sampan-base-'));
  t.after(() => rmSync(base, { recursive: true, force: true }));
  await (await openWork(base))[Symbol.asyncDispose]();
  chmodSync(base, 0o777);
  await rejects(openWork(base), denied);
  chmodSync(base, 0o700);
  if (process.geteuid?.() !== 0) return t.skip('only root can give a directory away');
  chownSync(base, 65_534, 65_534);
  await rejects(openWork(base), denied);
});

test('nothing that somebody else planted is swept', async t => {
  const base = mkdtempSync(join(tmpdir(), 'sampan-base-'));
  t.after(() => rmSync(base, { recursive: true, force: true }));
  symlinkSync('/etc', join(base, 's0123456789abcdef'));
  chmodSync(base, 0o777);
  await rejects(sweep(base), denied);
});
