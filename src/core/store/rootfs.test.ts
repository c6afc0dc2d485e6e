import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { parsePlatform } from '../oci/index.ts';
import { openSource } from './open.ts';
import { fail, testContext } from './testing/index.ts';

test('a directory is an image of one layer, the same each time', async t => {
  const context = await testContext(t, { platform: parsePlatform('linux/arm/v7') });
  const root = join(context.at, 'root');
  mkdirSync(join(root, 'etc'), { recursive: true });
  writeFileSync(join(root, 'etc', 'b'), 'bytes', { mode: 0o640 });
  linkSync(join(root, 'etc', 'b'), join(root, 'etc', 'z'));
  symlinkSync('etc/b', join(root, 'link'));
  writeFileSync(Buffer.concat([Buffer.from(join(root, 'caf')), Buffer.of(0xe9)]), 'x');
  execFileSync('mkfifo', [join(root, 'pipe')]);
  utimesSync(join(root, 'etc', 'b'), 1, 1_000_000_000);
  await using image = await openSource(`dir:${root}`, context);
  const [layer] = await image.localLayers();
  await layer!.verify();
  assert.deepEqual(
    layer!.entries.map(entry => [entry.type, entry.path, entry.linkPath, layer!.content(entry).size]),
    [
      ['file', 'caf\udce9', '', 1],
      ['directory', 'etc/', '', 0],
      ['file', 'etc/b', '', 5],
      ['hardlink', 'etc/z', 'etc/b', 0],
      ['symlink', 'link', 'etc/b', 0],
      ['fifo', 'pipe', '', 0],
    ],
  );
  const file = layer!.entries[2]!;
  assert.deepEqual([file.mode, file.mtime], [0o640, 1_000_000_000]);
  assert.equal((await image.image.config()).variant, 'v7');
  await using again = await openSource(`${root}`, context);
  assert.equal(again.root.digest, image.root.digest);
});

test('what is no directory, or not there, is an error that names it', async t => {
  const context = await testContext(t);
  writeFileSync(join(context.at, 'file'), '');
  await assert.rejects(openSource(`dir:${context.at}/file`, context), fail('not-found', 'not a directory'));
  await assert.rejects(openSource(`dir:${context.at}/none`, context), fail('not-found', 'none'));
});
