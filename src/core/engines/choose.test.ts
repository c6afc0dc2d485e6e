import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isSampanError } from '../errors/index.ts';
import { chooseEngine } from './choose.ts';

const base = mkdtempSync(join(tmpdir(), 'sampan-choose-'));
after(() => rmSync(base, { recursive: true, force: true }));

test('says what to do when there is neither a runtime nor an engine', async () => {
  const nothing = { base, searchPath: '/nowhere', host: '/nowhere.sock' };
  for (const choice of ['auto', 'docker'] as const) {
    await assert.rejects(
      chooseEngine(choice, nothing),
      error => isSampanError(error, 'unavailable') && error.remedy !== undefined,
    );
  }
  await assert.rejects(
    chooseEngine('runc', nothing),
    error => isSampanError(error) && error.remedy !== undefined,
  );
});

test('refuses an engine address that is not a Unix socket', async () => {
  const options = { base, searchPath: '/nowhere', host: 'tcp://device:2375' };
  await assert.rejects(chooseEngine('docker', options), error => isSampanError(error, 'unsupported'));
});
