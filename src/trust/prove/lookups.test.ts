import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { isSampanError } from '../../core/errors/index.ts';
import { failedPaths, traceLookups } from './lookups.ts';

// As strace 6.1 writes them.
const LINES: readonly (readonly [string, readonly string[]])[] = [
  [
    '12 openat(AT_FDCWD</app>, "/etc/x", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file or directory)',
    ['/etc/x'],
  ],
  ['openat(AT_FDCWD</app>, "lib/../x.so", O_RDONLY) = -1 ENOENT (No such file or directory)', ['/app/x.so']],
  [
    '12 newfstatat(5</usr/lib>, "y", 0x7ffd, AT_SYMLINK_NOFOLLOW) = -1 ENOENT (No such file or directory)',
    ['/usr/lib/y'],
  ],
  ['12 access("/etc/ld.so.preload", R_OK) = -1 ENOENT (No such file or directory)', ['/etc/ld.so.preload']],
  [
    '12 execve("/usr/bin/z", ["z", "a\\"b"], 0x55 /* 9 vars */) = -1 ENOENT (No such file or directory)',
    ['/usr/bin/z'],
  ],
  ['12 stat("/n\\303\\244me", 0x7ffd) = -1 ENOENT (No such file or directory)', ['/näme']],
  ['12 stat("/a\\tb\\n\\"c\\\\d", 0x7ffd) = -1 ENOENT (No such file or directory)', ['/a\tb\n"c\\d']],
  ['12 stat("/\\377x", 0x7ffd) = -1 ENOENT (No such file or directory)', ['/\udcffx']],
  ['12 stat("relative", 0x7ffd) = -1 ENOENT (No such file or directory)', []],
  ['12 openat(AT_FDCWD, "relative", O_RDONLY) = -1 ENOENT (No such file or directory)', []],
  ['12 openat(AT_FDCWD</app>, "", O_RDONLY) = -1 ENOENT (No such file or directory)', []],
  ['12 openat(AT_FDCWD</app>, "/secret", O_RDONLY) = -1 EACCES (Permission denied)', []],
  ['12 readlink("/etc/x", 0x7ffd, 1023) = -1 EINVAL (Invalid argument)', []],
  ['12 +++ exited with 1 +++', []],
  ['12 --- SIGTERM {si_signo=SIGTERM, si_code=SI_USER} ---', []],
  ['12 openat(AT_FDCWD</app>, "/cut', []],
  ['', []],
];

test('what a trace says was not there is read as absolute paths', () => {
  for (const [line, paths] of LINES) deepEqual(failedPaths(line), paths, line);
  deepEqual(
    failedPaths(
      LINES.slice(0, 2)
        .concat(LINES.slice(0, 1))
        .map(([line]) => line)
        .join('\n'),
    ),
    ['/etc/x', '/app/x.so'],
  );
});

test('a line that is made to take long does not', () => {
  deepEqual(failedPaths(`1 stat("${'\\'.repeat(99_999)}`), []);
  deepEqual(failedPaths(`1 stat("${'= -1 ENOENT'.repeat(20_000)}`), []);
});

test('the look-ups of a real process and its children are seen', async t => {
  if (spawnSync('strace', ['-V'], { stdio: 'ignore' }).status !== 0) return t.skip('there is no strace');
  const scratch = mkdtempSync(join(tmpdir(), 'sampan-trace-'));
  t.after(() => rmSync(scratch, { recursive: true, force: true }));
  const script = `cd ${scratch}; read x; cat /gone/parent; (cat "gone ä"); cat /etc/hostname; echo done; sleep 30`;
  const child = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'] });
  const said = createInterface({ input: child.stdout });
  t.after(() => child.kill('SIGKILL'));
  const trace = await traceLookups(child.pid!, join(scratch, 'trace'), process.env).catch(error => {
    if (isSampanError(error, 'unavailable')) return undefined;
    throw error;
  });
  if (trace === undefined) return t.skip('strace may not trace here');
  child.stdin.end('go\n');
  for await (const line of said) if (line === 'done') break;
  const paths = await trace.finish();
  ok(paths.includes('/gone/parent'), paths.join('\n'));
  ok(paths.includes(join(scratch, 'gone ä')), paths.join('\n'));
  equal(paths.includes('/etc/hostname'), false);
});
