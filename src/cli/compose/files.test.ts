import { equal, throws } from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isSampanError } from '../../core/errors/index.ts';
import { machineFiles } from './files.ts';

test('files that are too large, or have no end, are refused, and what is no file is told', t => {
  const directory = mkdtempSync(join(tmpdir(), 'sampan-files-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'compose.yaml');
  writeFileSync(path, 'services: {}\n'.repeat(20_000));
  equal(machineFiles.read(path).length, 260_000);
  truncateSync(path, (16 << 20) + 1);
  for (const large of [path, '/dev/zero'])
    throws(
      () => machineFiles.read(large),
      error => isSampanError(error, 'limit') && /has more than 16777216 bytes/.test(error.message),
    );
  throws(
    () => machineFiles.read(directory),
    error => isSampanError(error) && error.message.includes(directory),
  );
  throws(
    () => machineFiles.read(join(directory, 'none.yaml')),
    error => isSampanError(error, 'not-found'),
  );
});
