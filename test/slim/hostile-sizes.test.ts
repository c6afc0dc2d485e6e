import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { baseEntries, WEB_APP, webApp, writeImage } from './testing/images.ts';
import { type Ended, type Machine, machine, whyNotHere } from './testing/machine.ts';

const skip = whyNotHere() ?? false;

/** A failure for want of space: it says so, with a remedy, and leaves nothing half-written. */
function noSpace({ code, stderr }: Ended, here: Machine, words: RegExp): void {
  match(stderr, words);
  match(stderr, /free|larger disk/);
  doesNotMatch(stderr, /\n\s+at |this is a bug/);
  equal(code, 1);
  deepEqual(here.remains(), []);
}

/** Mounts a file system of some megabytes; unmounted after the test. */
function smallDisk(t: TestContext, megabytes: number): string {
  const path = mkdtempSync(join(tmpdir(), 'sampan-small-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'sampan-test', path]);
  t.after(() => {
    execFileSync('umount', ['--lazy', path]);
    rmSync(path, { recursive: true });
  });
  return path;
}

/** The blobs of a store, and what is half-written among them. */
function blobsIn(data: string): string[] {
  try {
    return readdirSync(join(data, 'sampan', 'blobs', 'sha256')).sort();
  } catch {
    return [];
  }
}

describe('sizes that no disk has', { skip }, () => {
  test('a sparse file of a terabyte is refused before a byte is written, and can be left out', async t => {
    const here = machine(t);
    const image = { ...WEB_APP(), sparse: { path: 'app/huge', size: 2 ** 40 } };
    const source = await writeImage(t, image, `docker-archive:${join(here.at, 'app.tar')}`);
    const refused = await here.sampan(['slim', source]);
    noSpace(refused, here, /1\.10 TB.*\/app\/huge/);
    const { code, stderr } = await here.sampan(['slim', source, '--drop', '/app/huge']);
    equal(code, 0, stderr);
  });

  test('a bomb fills the disk that it is given, is told, and is gone', async t => {
    const here = machine(t);
    const data = smallDisk(t, 48);
    const zeros = { path: 'app/zeros', content: Buffer.alloc(200 << 20) };
    const image = { layers: [baseEntries(), [zeros]], compression: 'gzip' } as const;
    const source = await writeImage(t, image, `oci-archive:${join(here.at, 'bomb.tar')}`);
    const before = statfsSync(data).bfree;
    const ended = await here.sampan(['slim', source], { XDG_DATA_HOME: data });
    noSpace(ended, here, /sha256:[0-9a-f]{64}.*(?:ENOSPC|no space)/is);
    deepEqual(
      blobsIn(data).filter(name => !/^[0-9a-f]{64}$/.test(name)),
      [],
    );
    ok(statfsSync(data).bfree > before * 0.9, 'what was written is still there');
  });
});

describe('a disk that is full', { skip }, () => {
  test('stops an unpacking before it begins, and what was stored before is whole', async t => {
    const here = machine(t);
    const source = await webApp(t, here.at);
    equal((await here.sampan(['slim', source, '--tag', 'good:1'])).code, 0);
    const temporary = smallDisk(t, 1);
    noSpace(await here.sampan(['slim', source], { TMPDIR: temporary }), here, /small.*(?:bytes|MB)/);
    const again = await here.sampan(['copy', 'good:1', `oci-archive:${join(here.at, 'good.oci.tar')}`]);
    equal(again.code, 0, again.stderr);
  });

  test('stops a result from being stored, and leaves no name', async t => {
    const here = machine(t);
    const source = await webApp(t, here.at);
    const data = smallDisk(t, 1);
    noSpace(await here.sampan(['slim', source], { XDG_DATA_HOME: data }), here, /ENOSPC|no space|takes/);
    deepEqual(
      blobsIn(data).filter(name => !/^[0-9a-f]{64}$/.test(name)),
      [],
    );
    const images = await here.sampan(['images', '--json'], { XDG_DATA_HOME: data });
    equal(images.stdout.includes('app'), false, images.stdout);
  });
});

describe('a target that cannot be written', { skip }, () => {
  for (const [what, target] of [
    ['a file in place of a directory', 'oci-archive:/etc/passwd/x.tar'],
    ['a file system that refuses', 'oci:/sys/x'],
  ] as const) {
    test(`${what} is told, with its name`, async t => {
      const here = machine(t);
      const source = await webApp(t, here.at);
      const { code, stderr } = await here.sampan(['slim', source, '--output', target]);
      equal(code, 1, stderr);
      match(stderr, new RegExp(`sampan: .*${target.slice(target.indexOf(':') + 1).split('/x')[0]}`));
      doesNotMatch(stderr, /\n\s+at |this is a bug/, stderr);
      deepEqual(here.remains(), []);
    });
  }
});
