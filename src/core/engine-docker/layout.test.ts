import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { linksTar, rootLayout } from './layout.ts';

const root = mkdtempSync(join(tmpdir(), 'sampan-layout-'));
after(() => rmSync(root, { recursive: true, force: true }));

test('directories and files are mounted, links go into the image, the file systems of the kernel are left out', () => {
  for (const name of ['usr', 'etc', 'proc', 'sys', 'dev', 'with:colon']) mkdirSync(join(root, name));
  writeFileSync(join(root, 'app.sh'), '');
  symlinkSync('usr/bin', join(root, 'bin'));
  execFileSync('mkfifo', [join(root, 'pipe')]);
  assert.deepEqual(rootLayout(root), {
    mounted: ['app.sh', 'etc', 'usr', 'with:colon'],
    links: [{ name: 'bin', target: 'usr/bin' }],
  });
});

test('the archive of links is one that tar can read', () => {
  const tar = linksTar([
    { name: 'bin', target: 'usr/bin' },
    { name: 'l', target: '/x y' },
    { name: 'long', target: 'x'.repeat(101) },
  ]);
  const listing = execFileSync('tar', ['-tvf', '-'], { input: tar, encoding: 'utf8' });
  assert.match(listing, /bin -> usr\/bin\n[^\n]* l -> \/x y\n$/);
});
