import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where a static busybox is, if this machine has one. */
export const BUSYBOX = ['/bin/busybox', '/usr/bin/busybox'].find(path => existsSync(path));

const APPLETS =
  'sh cat echo env grep head httpd id kill ls mkdir pwd sleep tail touch true wget yes dd hostname';

/** A small root file system with busybox in it, and a user. Disposing removes it. */
export function makeTestRoot(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'sampan-root-'));
  chmodSync(path, 0o755);
  for (const name of ['usr', 'usr/bin', 'etc', 'data', 'tmp', 'root']) mkdirSync(join(path, name));
  chmodSync(join(path, 'tmp'), 0o1777);
  symlinkSync('usr/bin', join(path, 'bin'));
  copyFileSync(BUSYBOX ?? '', join(path, 'usr/bin/busybox'));
  for (const name of APPLETS.split(' ')) symlinkSync('busybox', join(path, 'usr/bin', name));
  writeFileSync(join(path, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\napp:x:1000:1001::/home/app:/bin/sh\n');
  writeFileSync(join(path, 'etc/group'), 'root:x:0:\napp:x:1001:\nextra:x:2000:app\n');
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
