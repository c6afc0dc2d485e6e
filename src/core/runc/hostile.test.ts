import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { hostArchitecture } from '../engine/index.ts';
import { runcEngine } from './engine.ts';
import { findProgram } from './runtime.ts';

const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const busybox = findProgram('busybox', SEARCH_PATH);
const runc = findProgram('runc', SEARCH_PATH);
const reason =
  process.getuid?.() !== 0
    ? 'not root'
    : busybox === undefined
      ? 'there is no busybox'
      : runc === undefined
        ? 'there is no runc'
        : false;
const scratch = mkdtempSync(join(tmpdir(), 'sampan-hostile-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** Ways to make a mount point of the engine lead out of the root file system. */
const TRAPS: Readonly<Record<string, (root: string, outside: string) => void>> = {
  'there is no /etc': () => {},
  '/etc is an absolute link': (root, outside) => symlinkSync(outside, join(root, 'etc')),
  '/etc climbs out': (root, outside) => symlinkSync(`../../../../../../..${outside}`, join(root, 'etc')),
  '/etc/hosts is an absolute link': (root, outside) => {
    mkdirSync(join(root, 'etc'));
    for (const name of ['hosts', 'hostname', 'resolv.conf'])
      symlinkSync(join(outside, 'precious'), join(root, 'etc', name));
  },
  '/proc, /dev and /sys are links': (root, outside) => {
    for (const name of ['dev', 'sys']) symlinkSync(outside, join(root, name));
  },
  '/dev/shm and the working directory are links': (root, outside) => {
    mkdirSync(join(root, 'dev'));
    symlinkSync(outside, join(root, 'dev/shm'));
    symlinkSync(outside, join(root, 'work'));
  },
};

for (const [name, trap] of Object.entries(TRAPS)) {
  test(`nothing outside the root file system is touched when ${name}`, { skip: reason }, async () => {
    const root = mkdtempSync(join(scratch, 'root-'));
    const outside = mkdtempSync(join(scratch, 'outside-'));
    writeFileSync(join(outside, 'precious'), 'x');
    mkdirSync(join(root, 'bin'));
    writeFileSync(join(root, 'bin/busybox'), readFileSync(busybox ?? ''), { mode: 0o755 });
    trap(root, outside);
    const engine = await runcEngine({ base: join(scratch, 'base'), searchPath: SEARCH_PATH });
    const spec = {
      rootfs: root,
      env: [],
      user: '',
      workingDirectory: '/work',
      architecture: hostArchitecture(),
    };
    try {
      await using container = await engine.start({
        ...spec,
        args: ['/bin/busybox', 'touch', '/work/made', '/etc/hosts'],
      });
      await container.wait();
    } catch {
      // The runtime may refuse; it may not reach out.
    }
    assert.deepEqual(readdirSync(outside), ['precious']);
    assert.equal(readFileSync(join(outside, 'precious'), 'utf8'), 'x');
    unlinkSync(join(outside, 'precious'));
    assert.ok(!existsSync(join(scratch, 'base')) || readdirSync(join(scratch, 'base')).length === 0);
  });
}
